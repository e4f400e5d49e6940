// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/edit_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/ledger_failure.hpp"
#include "common/ledger/sqlite/people/sqlite_browser.hpp"
#include "common/ledger/sqlite/turn/ledger_turn.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;

// How long to wait for another program that keeps the ledger locked, and how often to try meanwhile. SQLite's
// own waiting sleeps longer and longer, and would miss the leader's pauses.
constexpr std::chrono::seconds kLockWait{30};
constexpr std::chrono::milliseconds kTryAgain{1};
// The least pause between two transactions. The leader looks every millisecond whether the wish has ended.
constexpr std::chrono::milliseconds kLeastPause{3};

[[noreturn]] void fail_busy(const std::filesystem::path& path, std::string_view why) {
    throw Failure(ExitStatus::NotDrained, fmt::format("ledger {}: {}: try again", path.string(), why));
}

OpenLedger open_to_edit(const std::filesystem::path& path) {
    browse_sqlite_ledger(path, [](LedgerBrowser&) {});
    const auto deadline = std::chrono::steady_clock::now() + kLockWait;
    for (;; std::this_thread::sleep_for(kTryAgain)) {
        try {
            return open_ledger_database(path, false, {});
        } catch (const WrongLedger& wrong) {
            throw Failure(ExitStatus::Configuration,
                          fmt::format("ledger {}: {}", path.string(), wrong.what()));
        } catch (const SqliteError& error) {
            if (error.kind() != Kind::Busy) fail_to_open(path, error);
            if (std::chrono::steady_clock::now() >= deadline)
                fail_busy(path, "another program keeps it for itself");
        }
    }
}

}  // namespace

EditSession::EditSession(const std::filesystem::path& path) : EditSession(path, open_to_edit(path)) {}

EditSession::EditSession(std::filesystem::path path, OpenLedger opened)
    : path_(std::move(path)),
      look_(opened.look),
      database_(std::move(opened.database)),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      rollback_(database_, "ROLLBACK") {
    database_.execute("PRAGMA busy_timeout = 0");
}

// If the log has lost its name, another process may own the one that has it now: keep that.
EditSession::~EditSession() {
    bool has_its_name = false;
    try {
        has_its_name = look_at_ledger(path_).has_same_logs(look_);
    } catch (const std::bad_alloc&) {
        // Out of memory: assume that the log has lost its name.
    }
    if (!has_its_name) database_.keep_log_on_close(true);
}

void EditSession::transact(const std::function<void()>& action) {
    std::this_thread::sleep_until(next_);
    const auto deadline = Clock::now() + kLockWait;
    for (;; std::this_thread::sleep_for(kTryAgain)) {
        const LedgerTurn::Wish wish(path_);
        while (!begin()) {
            if (Clock::now() >= deadline) fail_busy(path_, "another program keeps it locked");
            std::this_thread::sleep_for(kTryAgain);
        }
        const auto began = Clock::now();
        try {
            require_in_place();
            action();
            commit_.run();
            require_in_place();
            const auto ended = Clock::now();
            next_ = ended + std::max<Clock::duration>(kLeastPause, ended - began);
            return;
        } catch (const SqliteError& error) {
            roll_back();
            if (error.kind() != Kind::Busy || Clock::now() >= deadline) fail(error);
        } catch (...) {
            roll_back();
            throw;
        }
    }
}

// Returns false if another connection is writing.
bool EditSession::begin() {
    try {
        begin_.run();
        return true;
    } catch (const SqliteError& error) {
        roll_back();
        if (error.kind() != Kind::Busy) fail(error);
        return false;
    }
}

void EditSession::roll_back() noexcept {
    try {
        if (database_.in_transaction()) rollback_.run();
    } catch (const std::exception&) {
        // The connection ends the transaction when it closes.
    }
}

void EditSession::fail(const SqliteError& error) const {
    if (error.kind() == Kind::Busy) fail_busy(path_, "another program keeps it locked");
    try {
        fail_while_running(path_, error);
    } catch (const LedgerUnavailable&) {
        throw Failure(ExitStatus::InputOutput, fmt::format("ledger {}: {}", path_.string(), error.what()));
    }
}

// Throws unless the names still lead to the open files: nobody reads a file without a name.
void EditSession::require_in_place() const {
    const LedgerLook now = look_at_ledger(path_);
    if (!now.has_same_file(look_) || !now.has_same_logs(look_))
        fail_busy(path_, "somebody has moved or exchanged its files");
    if (const std::string objection = objection_to(now, path_); !objection.empty())
        throw Failure(ExitStatus::Configuration, fmt::format("ledger {}: {}", path_.string(), objection));
}

}  // namespace pipeline
