// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_editor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "common/base/utf8.hpp"
#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/postgresql/people/pg_cancellation.hpp"
#include "common/ledger/postgresql/people/pg_edit_session.hpp"
#include "common/ledger/postgresql/people/pg_pruning.hpp"
#include "common/ledger/postgresql/people/pg_selection.hpp"
#include "common/ledger/postgresql/schema/pg_key.hpp"
#include "common/ledger/postgresql/seal/pg_people_chain.hpp"

namespace pipeline {
namespace {

using Done = PgEditSession::Done;

// The columns of a row by which people's wishes are judged.
struct LockedRow {
    RowStatus status = RowStatus::Booked;
    bool is_due = false;  // a pipeline gives it again, or will
    std::string reason;
};
using LockedRows = std::map<std::string, LockedRow, std::less<>>;  // by key

// Locks the rows of those keys that have one, in the order of their keys.
LockedRows lock_rows(PgConnection& database, PgArray& keys) {
    const PgResult found = database.run(
        "SELECT key, status, due_at IS NOT NULL OR leased_until IS NOT NULL, reason FROM invoices"
        " WHERE key = ANY($1) ORDER BY key FOR UPDATE",
        PgParameters().add(keys));
    LockedRows rows;
    for (int row = 0; row < found.rows(); ++row) {
        rows.emplace(std::string(found.text(row, 0)),
                     LockedRow{row_status_of(found.text(row, 1)).value_or(RowStatus::Booked),
                               found.boolean(row, 2), std::string(found.text(row, 3))});
    }
    return rows;
}

// Locks the rows of sources that the caller may count in.
void lock_sources(PgConnection& database, PgArray& keys) {
    database.run(
        "SELECT source FROM sources WHERE source IN (SELECT source FROM invoices WHERE key = ANY($1))"
        " ORDER BY source FOR UPDATE",
        PgParameters().add(keys));
}

// An id as a person knows it, and the texts under which the ledger may have it.
struct MeantId {
    std::string given;
    std::vector<std::string> forms;
};

std::vector<MeantId> meant_ids(std::span<const std::string> ids) {
    std::vector<MeantId> all;
    for (const std::string& id : ids) {
        MeantId meant{id, ids_meant_by(id)};
        std::erase_if(meant.forms, [](const std::string& form) { return !is_readable_utf8(form); });
        all.push_back(std::move(meant));
    }
    return all;
}

PgArray keys_of(const std::vector<MeantId>& ids) {
    PgArray keys(PgArray::Type::Text);
    for (const MeantId& id : ids) {
        for (const std::string& form : id.forms) keys.add(std::string_view(pg_key(form)));
    }
    return keys;
}

class PgEditor final : public LedgerEditor {
  public:
    explicit PgEditor(const std::string& url) : session_(url), pruning_(session_) {}

    std::vector<RowChange> retry(std::span<const std::string> ids) override {
        return change(ids, [&](PgConnection& database, const std::vector<MeantId>& meant,
                               std::vector<RowChange>& changes) {
            PgArray keys = keys_of(meant);
            LockedRows rows = lock_rows(database, keys);
            PgArray due(PgArray::Type::Text);
            const bool has_changed = judge(meant, rows, changes, [&](const std::string& key, LockedRow& row) {
                if (row.status == RowStatus::Booked) return false;
                due.add(std::string_view(key));
                return true;
            });
            if (!has_changed) return Done{};
            database.run("UPDATE invoices SET due_at = $2 WHERE key = ANY($1)",
                         PgParameters().add(due).add(pg_now_us(database)));
            return Done{true, std::nullopt};
        });
    }

    // Goes through the rows of each status in the order of the index, up to the newest one that is there at
    // the beginning: a row that is given again and fails again is stored behind that, so the call ends. The
    // search holds no lock; the transaction leaves out rows that have changed since.
    std::uint64_t retry(const RowSelection& selection,
                        const std::function<void(std::uint64_t)>& told) override {
        const PgSelection chosen(selection);
        std::uint64_t changed = 0;
        if (!chosen.may_choose()) return changed;
        for (const auto status : {RowStatus::Rejected, RowStatus::Failed, RowStatus::Waiting}) {
            if (!selection.has(status)) continue;
            const std::int64_t newest_us = newest(status);
            RowMark last{INT64_MIN, INT64_MIN};
            for (std::size_t size = kSlice; size == kSlice;) {
                Slice slice = find_slice(chosen, status, newest_us, last);
                size = slice.keys.size();
                if (size == 0) break;
                last = slice.last;
                told(changed += make_due(slice));
            }
        }
        return changed;
    }

    std::vector<RowChange> cancel(std::span<const std::string> ids) override {
        return change(ids, [&](PgConnection& database, const std::vector<MeantId>& meant,
                               std::vector<RowChange>& changes) {
            const auto last = lock_pg_people_chain(database);
            PgArray keys = keys_of(meant);
            lock_sources(database, keys);
            LockedRows rows = lock_rows(database, keys);
            PgCancellation cancellation(database, last);
            const bool has_changed = judge(meant, rows, changes, [&](const std::string& key, LockedRow& row) {
                if (row.status == RowStatus::Booked || (row.status != RowStatus::Waiting && !row.is_due))
                    return false;
                row.reason = reason_of_cancelled(to_text(row.status), row.reason);
                cancellation.add(key, row.reason);
                row.status = RowStatus::Failed;
                row.is_due = false;
                return true;
            });
            return Done{has_changed, cancellation.finish()};
        });
    }

    std::uint64_t prune(std::int64_t before_us, PruneWatcher& watcher) override {
        return pruning_.prune(before_us, watcher);
    }

  private:
    struct Slice {
        PgArray keys{PgArray::Type::Text};
        PgArray stored_at{PgArray::Type::Integer};
        RowMark last;
    };

    // Calls `action` for the ids, in slices, each in a transaction.
    template <class Action>
    std::vector<RowChange> change(std::span<const std::string> ids, Action&& action) {
        std::vector<RowChange> all;
        while (!ids.empty()) {
            const auto slice = ids.first(std::min(ids.size(), kSlice));
            const std::vector<MeantId> meant = meant_ids(slice);
            std::vector<RowChange> changes;
            session_.transact([&](PgConnection& database) {
                changes.clear();
                return action(database, meant, changes);
            });
            std::move(changes.begin(), changes.end(), std::back_inserter(all));
            ids = ids.subspan(slice.size());
        }
        return all;
    }

    // Adds what becomes of each id to `changes`. `is_changed` decides for an id that has a row. Returns true
    // if any row is changed.
    template <class Decide>
    static bool judge(const std::vector<MeantId>& ids, LockedRows& rows, std::vector<RowChange>& changes,
                      Decide&& is_changed) {
        bool has_changed = false;
        for (const MeantId& id : ids) {
            RowChange found{id.given, RowStatus::Booked, RowChange::Result::Unknown};
            for (const std::string& form : id.forms) {
                const auto row = rows.find(pg_key(form));
                if (row == rows.end()) continue;
                found = {form, row->second.status, RowChange::Result::Unchanged};
                if (is_changed(row->first, row->second)) found.result = RowChange::Result::Changed;
                break;
            }
            has_changed = has_changed || found.result == RowChange::Result::Changed;
            changes.push_back(std::move(found));
        }
        return has_changed;
    }

    // Returns when the newest row of `status` was stored.
    std::int64_t newest(RowStatus status) {
        std::int64_t newest_us = 0;
        session_.read([&](PgConnection& database) {
            newest_us = database
                            .run(fmt::format("SELECT coalesce(max(stored_at), 0) FROM invoices"
                                             " WHERE status = '{}'",
                                             to_text(status)))
                            .integer(0, 0);
        });
        return newest_us;
    }

    // Returns the next rows behind `last` that the selection chooses.
    Slice find_slice(const PgSelection& chosen, RowStatus status, std::int64_t until_us,
                     const RowMark& last) {
        Slice slice;
        session_.read([&](PgConnection& database) {
            slice = Slice();
            const PgResult rows =
                database.run(fmt::format("SELECT key, stored_at, row FROM invoices WHERE {} AND"
                                         " stored_at <= $3 AND (stored_at, row) > ($4, $5)"
                                         " ORDER BY stored_at, row LIMIT {}",
                                         chosen.condition(status), kSlice),
                             chosen.parameters().add(until_us).add(last.stored_at_us).add(last.row));
            for (int row = 0; row < rows.rows(); ++row) {
                slice.keys.add(rows.text(row, 0));
                slice.last = {rows.integer(row, 1), rows.integer(row, 2)};
                slice.stored_at.add(slice.last.stored_at_us);
            }
        });
        return slice;
    }

    // Makes those rows due that are still as they were found. Returns how many these are.
    std::uint64_t make_due(Slice& slice) {
        std::uint64_t changed = 0;
        session_.transact([&](PgConnection& database) {
            lock_rows(database, slice.keys);
            changed = database
                          .run(
                              "UPDATE invoices SET due_at = $3 FROM unnest($1, $2) AS found(of, at)"
                              " WHERE key = found.of AND stored_at = found.at AND status <> 'booked'",
                              PgParameters().add(slice.keys).add(slice.stored_at).add(pg_now_us(database)))
                          .changes();
            return Done{changed != 0, std::nullopt};
        });
        return changed;
    }

    PgEditSession session_;
    PgPruning pruning_;
};

}  // namespace

std::unique_ptr<LedgerEditor> make_pg_editor(const std::string& url) {
    return std::make_unique<PgEditor>(url);
}

}  // namespace pipeline
