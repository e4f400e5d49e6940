// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/sqlite_editor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "common/base/clock.hpp"
#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/people/cancellation.hpp"
#include "common/ledger/sqlite/people/edit_session.hpp"
#include "common/ledger/sqlite/people/pruning.hpp"
#include "common/ledger/sqlite/people/selection_sql.hpp"

namespace pipeline {
namespace {

class SqliteEditor final : public LedgerEditor {
  public:
    explicit SqliteEditor(const std::filesystem::path& path)
        : session_(path),
          find_(session_.database(),
                "SELECT id, status, serial, due_at, leased_until, reason, stored_at FROM invoices"
                " WHERE serial = ?1"),
          make_due_(session_.database(),
                    "UPDATE invoices SET due_at = ?3 WHERE rowid = ?2 AND stored_at = ?1 AND"
                    " status <> 'booked'"),
          ids_(session_.database()),
          cancellation_(session_.database()),
          pruning_(session_) {}

    std::vector<RowChange> retry(std::span<const std::string> ids) override {
        const auto nothing = [] {};
        return change(ids, nothing, nothing, [&](std::int64_t row, RowChange& found) {
            if (found.status == RowStatus::Booked) return;
            make_due({find_.integer(6), row}, wall_us());
            found.result = RowChange::Result::Changed;
        });
    }

    // Goes through the rows of each status in the order of the index, up to the newest one that is there at
    // the beginning: a row that is given again and fails again is stored behind that, so the call ends. (The
    // clock is not the bound. It may have been set back since a row was stored.) The search may read many
    // rows, so it holds no lock; the transaction leaves out rows that have changed since.
    std::uint64_t retry(const RowSelection& selection,
                        const std::function<void(std::uint64_t)>& told) override {
        const std::int64_t began_us = wall_us();
        std::uint64_t changed = 0;
        for (const auto status : {RowStatus::Rejected, RowStatus::Failed, RowStatus::Waiting}) {
            if (!selection.has(status)) continue;
            const std::int64_t newest_us = newest(status);
            StoredRow last{INT64_MIN, INT64_MIN};
            for (std::size_t size = kSlice; size == kSlice;) {
                const auto rows = find_slice(selection, status, newest_us, last);
                size = rows.size();
                if (size == 0) break;
                last = rows.back();
                std::uint64_t in_slice = 0;
                session_.transact([&] {
                    in_slice = 0;
                    for (const StoredRow& row : rows) in_slice += make_due(row, began_us);
                });
                told(changed += in_slice);
            }
        }
        return changed;
    }

    std::vector<RowChange> cancel(std::span<const std::string> ids) override {
        return change(
            ids, [&] { cancellation_.begin(); }, [&] { cancellation_.seal(); },
            [&](std::int64_t row, RowChange& found) {
                const bool is_due = !find_.is_null(3) || !find_.is_null(4);
                if (found.status == RowStatus::Booked || (found.status != RowStatus::Waiting && !is_due))
                    return;
                cancellation_.cancel(row, reason_of_cancelled(to_text(found.status), find_.text(5)));
                found.result = RowChange::Result::Changed;
            });
    }

    std::uint64_t prune(std::int64_t before_us, PruneWatcher& watcher) override {
        return pruning_.prune(before_us, watcher);
    }

  private:
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
        return static_cast<std::uint64_t>(session_.database().changes());
    }

    // Returns when the newest row of `status` was stored.
    std::int64_t newest(RowStatus status) {
        RowSelection selection;
        selection.add(status);
        try {
            SqliteStatement find(session_.database(),
                                 fmt::format("SELECT max(stored_at) FROM invoices WHERE {}",
                                             condition_sql(selection, status)));
            const std::int64_t newest_us = find.first_row() ? find.integer(0) : 0;
            find.finish();
            return newest_us;
        } catch (const SqliteError& error) {
            session_.fail(error);
        }
    }

    // Returns the next rows behind `last` that the selection chooses.
    std::vector<StoredRow> find_slice(const RowSelection& selection, RowStatus status, std::int64_t until_us,
                                      const StoredRow& last) {
        try {
            SqliteStatement find(
                session_.database(),
                fmt::format("SELECT stored_at, rowid FROM invoices WHERE {} AND stored_at <= "
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
            session_.fail(error);
        }
    }

    // Calls `action` for each id that has a row, in slices, each of them between `begin` and `end`. The row's
    // columns are those of `find_`.
    template <class Begin, class End, class Action>
    std::vector<RowChange> change(std::span<const std::string> ids, Begin&& begin, End&& end,
                                  Action&& action) {
        std::vector<RowChange> all;
        load_ids();
        while (!ids.empty()) {
            const auto slice = ids.first(std::min(ids.size(), kSlice));
            std::vector<RowChange> changes;
            session_.transact([&] {
                changes.clear();
                ids_.begin();
                begin();
                for (const std::string& id : slice) changes.push_back(change_one(id, action));
                end();
            });
            std::move(changes.begin(), changes.end(), std::back_inserter(all));
            ids = ids.subspan(slice.size());
        }
        return all;
    }

    // Outside the transactions: a large ledger has many filters.
    void load_ids() {
        try {
            ids_.begin();
            ids_.load();
        } catch (const SqliteError& error) {
            session_.fail(error);
        }
    }

    template <class Action>
    RowChange change_one(const std::string& id, Action&& action) {
        for (const std::string& form : ids_meant_by(id)) {
            const auto serial = ids_.find(form);
            if (!serial) continue;
            find_.bind(1, *serial);
            if (!find_.first_row()) continue;
            RowChange found{form, row_status_of(find_.text(1)).value_or(RowStatus::Booked),
                            RowChange::Result::Unchanged};
            try {
                action(find_.integer(2), found);
            } catch (...) {
                find_.finish();
                throw;
            }
            find_.finish();
            return found;
        }
        return {id, RowStatus::Booked, RowChange::Result::Unknown};
    }

    EditSession session_;
    SqliteStatement find_, make_due_;
    IdSlices ids_;
    Cancellation cancellation_;
    Pruning pruning_;
};

}  // namespace

std::unique_ptr<LedgerEditor> make_sqlite_editor(const std::filesystem::path& path) {
    return std::make_unique<SqliteEditor>(path);
}

}  // namespace pipeline
