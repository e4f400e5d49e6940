// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/sqlite_editor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <new>
#include <thread>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/sqlite/ledger_failure.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"
#include "common/ledger/sqlite/people/selection_sql.hpp"
#include "common/ledger/sqlite/people/sqlite_browser.hpp"
#include "common/ledger/sqlite/turn/ledger_turn.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = SqliteError::Kind;

// How long to wait for another program that keeps the ledger locked, and how often to try meanwhile. SQLite's
// own waiting sleeps longer and longer, and would miss the leader's pauses.
constexpr std::chrono::seconds kLockWait{30};
constexpr std::chrono::milliseconds kTryAgain{1};
// The least pause between two slices. The leader looks every millisecond whether the wish has ended.
constexpr std::chrono::milliseconds kLeastPause{3};

[[noreturn]] void fail_busy(const std::filesystem::path& path, std::string_view why) {
    throw Failure(ExitStatus::NotDrained, fmt::format("ledger {}: {}: try again", path.string(), why));
}

// Opens the file, which must be there and have this version's schema: only a supervisor upgrades a ledger.
OpenLedger open_to_edit(const std::filesystem::path& path) {
    browse_sqlite_ledger(path, [](LedgerBrowser&) {});
    for (const auto deadline = Clock::now() + kLockWait;; std::this_thread::sleep_for(kTryAgain)) {
        try {
            return open_ledger_database(path, false, {});
        } catch (const WrongLedger& wrong) {
            throw Failure(ExitStatus::Configuration,
                          fmt::format("ledger {}: {}", path.string(), wrong.what()));
        } catch (const SqliteError& error) {
            if (error.kind() != Kind::Busy) fail_to_open(path, error);
            if (Clock::now() >= deadline) fail_busy(path, "another program keeps it for itself");
        }
    }
}

// Returns the reason of an invoice that is cancelled: it keeps the one that it had.
std::string reason_of_cancelled(std::string_view status, std::string_view before) {
    constexpr std::string_view kCancelled = "cancelled";
    if (before.starts_with(kCancelled)) return std::string(before);
    if (before.empty()) return std::string(kCancelled);
    return fmt::format("{}; it was {}: {}", kCancelled, status, before);
}

class SqliteEditor final : public LedgerEditor {
  public:
    explicit SqliteEditor(std::filesystem::path path) : SqliteEditor(path, open_to_edit(path)) {}

    // Another process may own the log that has the name now: keep it.
    ~SqliteEditor() override {
        bool has_its_name = false;
        try {
            has_its_name = look_at_ledger(path_).has_same_logs(look_);
        } catch (const std::bad_alloc&) {
            // Out of memory: assume that the log has lost its name.
        }
        if (!has_its_name) database_.keep_log_on_close(true);
    }

    std::vector<RowChange> retry(std::span<const std::string> ids) override {
        return change(ids, [&](std::int64_t row, RowChange& found) {
            if (found.status == RowStatus::Booked) return;
            make_due({find_.integer(6), row}, wall_us());
            found.result = RowChange::Result::Changed;
        });
    }

    // Goes through the rows of each status in the order of the index. A row that is stored after the call (it
    // was given again, and has failed again) is left out, so the call ends. The search may read many rows, so
    // it holds no lock; the transaction leaves out rows that have changed since.
    std::uint64_t retry(const RowSelection& selection,
                        const std::function<void(std::uint64_t)>& told) override {
        const std::int64_t began_us = wall_us();
        std::uint64_t changed = 0;
        for (const auto status : {RowStatus::Rejected, RowStatus::Failed, RowStatus::Waiting}) {
            if (!selection.has(status)) continue;
            StoredRow last{INT64_MIN, INT64_MIN};
            for (std::size_t size = kSlice; size == kSlice;) {
                const auto rows = find_slice(selection, status, began_us, last);
                size = rows.size();
                if (size == 0) break;
                last = rows.back();
                std::uint64_t in_slice = 0;
                in_turn([&] {
                    in_slice = 0;
                    for (const StoredRow& row : rows) in_slice += make_due(row, began_us);
                });
                told(changed += in_slice);
            }
        }
        return changed;
    }

    std::vector<RowChange> cancel(std::span<const std::string> ids) override {
        return change(ids, [&](std::int64_t row, RowChange& found) {
            const bool is_due = !find_.is_null(3) || !find_.is_null(4);
            if (found.status == RowStatus::Booked || (found.status != RowStatus::Waiting && !is_due)) return;
            const std::string reason = reason_of_cancelled(to_text(found.status), find_.text(5));
            cancel_.bind(1, row);
            cancel_.bind(2, reason);
            cancel_.run();
            found.result = RowChange::Result::Changed;
        });
    }

  private:
    SqliteEditor(std::filesystem::path path, OpenLedger opened)
        : path_(std::move(path)),
          look_(opened.look),
          database_(std::move(opened.database)),
          begin_(database_, "BEGIN IMMEDIATE"),
          commit_(database_, "COMMIT"),
          rollback_(database_, "ROLLBACK"),
          find_(database_,
                "SELECT id, status, rowid, due_at, leased_until, reason, stored_at FROM invoices WHERE id = "
                "?1"),
          make_due_(database_,
                    "UPDATE invoices SET due_at = ?3 WHERE rowid = ?2 AND stored_at = ?1 AND"
                    " status <> 'booked'"),
          cancel_(database_,
                  "UPDATE invoices SET status = 'failed', reason = ?2, due_at = NULL, leased_until = NULL,"
                  " round = round + 1 WHERE rowid = ?1 AND status <> 'booked'") {
        database_.execute("PRAGMA busy_timeout = 0");
    }

    struct StoredRow {
        std::int64_t stored_at_us;
        std::int64_t rowid;
    };

    // Returns how many rows it has changed: 0 or 1.
    std::uint64_t make_due(const StoredRow& row, std::int64_t when_us) {
        make_due_.bind(1, row.stored_at_us);
        make_due_.bind(2, row.rowid);
        make_due_.bind(3, when_us);
        make_due_.run();
        return static_cast<std::uint64_t>(database_.changes());
    }

    // Returns the next rows behind `last` that the selection chooses.
    std::vector<StoredRow> find_slice(const RowSelection& selection, RowStatus status, std::int64_t until_us,
                                      const StoredRow& last) {
        try {
            SqliteStatement find(
                database_, fmt::format("SELECT stored_at, rowid FROM invoices WHERE {} AND stored_at <= "
                                       "?3 AND (stored_at, rowid) > (?4, ?5)"
                                       " ORDER BY stored_at, rowid LIMIT {}",
                                       condition_sql(selection, status), kSlice));
            bind_selection(find, selection);
            find.bind(3, until_us);
            find.bind(4, last.stored_at_us);
            find.bind(5, last.rowid);
            std::vector<StoredRow> rows;
            while (find.next_row()) rows.push_back({find.integer(0), find.integer(1)});
            return rows;
        } catch (const SqliteError& error) {
            fail(error);
        }
    }

    // Calls `action` for each id that has a row, in slices. The row's columns are those of `find_`.
    template <class Action>
    std::vector<RowChange> change(std::span<const std::string> ids, Action&& action) {
        std::vector<RowChange> all;
        while (!ids.empty()) {
            const auto slice = ids.first(std::min(ids.size(), kSlice));
            std::vector<RowChange> changes;
            in_turn([&] {
                changes.clear();
                for (const std::string& id : slice) changes.push_back(change_one(id, action));
            });
            std::move(changes.begin(), changes.end(), std::back_inserter(all));
            ids = ids.subspan(slice.size());
        }
        return all;
    }

    template <class Action>
    RowChange change_one(const std::string& id, Action&& action) {
        for (const std::string& form : ids_meant_by(id)) {
            find_.bind(1, form);
            if (!find_.first_row()) continue;
            RowChange found{form, row_status_of(find_.text(1)).value_or(RowStatus::Booked),
                            RowChange::Result::Unchanged};
            action(find_.integer(2), found);
            find_.finish();
            return found;
        }
        return {id, RowStatus::Booked, RowChange::Result::Unknown};
    }

    // Runs `action` in a transaction of its own, which is durable when the function returns. A kill before
    // the COMMIT leaves nothing of it, a kill after it all.
    template <class Action>
    void in_turn(Action&& action) {
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
    bool begin() {
        try {
            begin_.run();
            return true;
        } catch (const SqliteError& error) {
            if (error.kind() != Kind::Busy) fail(error);
            return false;
        }
    }

    void roll_back() noexcept {
        try {
            find_.finish();
            if (database_.in_transaction()) rollback_.run();
        } catch (const std::exception&) {
            // The connection ends the transaction when it closes.
        }
    }

    [[noreturn]] void fail(const SqliteError& error) {
        if (error.kind() == Kind::Busy) fail_busy(path_, "another program keeps it locked");
        try {
            fail_while_running(path_, error);
        } catch (const LedgerUnavailable&) {
            throw Failure(ExitStatus::InputOutput,
                          fmt::format("ledger {}: {}", path_.string(), error.what()));
        }
    }

    // Throws unless the names still lead to the open files: nobody reads a file without a name.
    void require_in_place() const {
        const LedgerLook now = look_at_ledger(path_);
        if (!now.has_same_file(look_) || !now.has_same_logs(look_))
            fail_busy(path_, "somebody has moved or exchanged its files");
        if (const std::string objection = objection_to(now, path_); !objection.empty()) {
            throw Failure(ExitStatus::Configuration, fmt::format("ledger {}: {}", path_.string(), objection));
        }
    }

    std::filesystem::path path_;
    LedgerLook look_;
    SqliteConnection database_;  // declared before its statements, so that they are destroyed first
    SqliteStatement begin_, commit_, rollback_, find_, make_due_, cancel_;
    Clock::time_point next_{};  // when the next slice may begin
};

}  // namespace

std::unique_ptr<LedgerEditor> make_sqlite_editor(std::filesystem::path path) {
    return std::make_unique<SqliteEditor>(std::move(path));
}

}  // namespace pipeline
