// SPDX-License-Identifier: Apache-2.0
// Another program that has the ledger locked for writing, as long as this lives.
#pragma once

#include <sqlite3.h>

#include <filesystem>

#include "tests/catch.hpp"

namespace pipeline::test {

class LedgerLock {
  public:
    explicit LedgerLock(const std::filesystem::path& ledger) {
        REQUIRE(::sqlite3_open(ledger.c_str(), &database_) == SQLITE_OK);
        ::sqlite3_busy_timeout(database_, 10'000);
        REQUIRE(::sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    LedgerLock(const LedgerLock&) = delete;
    LedgerLock& operator=(const LedgerLock&) = delete;
    ~LedgerLock() { ::sqlite3_close(database_); }

  private:
    sqlite3* database_ = nullptr;
};

}  // namespace pipeline::test
