// SPDX-License-Identifier: Apache-2.0
// Another program that has the ledger locked for writing, as long as this lives.
#pragma once

#include <sqlite3.h>

#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/support/process.hpp"

namespace pipeline::test {

class LedgerLock {
  public:
    explicit LedgerLock(const std::filesystem::path& ledger) {
        REQUIRE(::sqlite3_open(ledger.c_str(), &database_) == SQLITE_OK);
        // SQLite's own waiting sleeps longer and longer, while a busy pipeline leaves the lock free for
        // moments.
        REQUIRE(eventually([&] {
            return ::sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK;
        }));
    }
    LedgerLock(const LedgerLock&) = delete;
    LedgerLock& operator=(const LedgerLock&) = delete;
    ~LedgerLock() { ::sqlite3_close(database_); }

  private:
    sqlite3* database_ = nullptr;
};

}  // namespace pipeline::test
