// SPDX-License-Identifier: Apache-2.0
// One connection for changes that people decide, and its transactions. Each transaction announces itself
// (ledger_turn.hpp) and leaves a pause behind it, so that a pipeline goes on beside many of them.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/engine/transaction_start.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"

namespace pipeline {

class EditSession {
  public:
    // Opens the file, which must be there and have this version's schema: only a supervisor upgrades a
    // ledger. Throws Failure as edit_ledger() does.
    explicit EditSession(const std::filesystem::path& path);
    EditSession(const EditSession&) = delete;
    EditSession& operator=(const EditSession&) = delete;
    // Closes the file as LedgerSession does.
    ~EditSession();

    [[nodiscard]] SqliteConnection& database() noexcept { return database_; }

    // Runs `action` in a transaction of its own, which is durable when the function returns. Runs it again if
    // another program gets in between. A kill before the COMMIT leaves nothing of it, a kill after it all.
    // Waits at most 30 s for a lock. Throws Failure: NotDrained if the ledger stays locked or its files are
    // moved meanwhile, else as fail() does; and what `action` throws, but for SqliteError.
    void transact(const std::function<void()>& action);
    // Throws the Failure for an error of this connection.
    [[noreturn]] void fail(const SqliteError& error) const;

  private:
    using Clock = std::chrono::steady_clock;
    EditSession(std::filesystem::path path, OpenLedger opened);
    [[nodiscard]] bool begin();
    void roll_back() noexcept;
    void require_in_place() const;

    std::filesystem::path path_;
    LedgerLook look_;
    SqliteConnection database_;  // declared before its statements, so that they are destroyed first
    TransactionStart begin_;
    SqliteStatement commit_, rollback_;
    Clock::time_point next_{};  // when the next transaction may begin
};

}  // namespace pipeline
