// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/pruning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "common/base/clock.hpp"
#include "common/ledger/ledger_row.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/people/ledger_fields.hpp"
#include "common/ledger/sqlite/people/selection_sql.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"
#include "common/ledger/sqlite/seal/digest_sql.hpp"

namespace pipeline {
namespace {

// The most rows that a search reads without finding one: then it begins anew, so that its snapshot does not
// keep the log from being cut.
constexpr std::int64_t kStride = 100'000;

// After so long a transaction lets others in.
constexpr std::chrono::milliseconds kLongest{10};

constexpr const char* kNotDue = " AND status <> 'waiting' AND due_at IS NULL AND leased_until IS NULL";

// The columns of kLedgerColumns that duplicates has.
std::string duplicate_columns_sql() {
    std::string sql;
    for (const LedgerColumn& column : kLedgerColumns) {
        const std::string_view name = column.name;
        if (!sql.empty()) sql += ", ";
        if (name == "stored_at") {
            sql += "seen_at";
        } else if (is_in_duplicates(name)) {
            sql += name;
        } else {
            sql += "NULL";
        }
    }
    return sql;
}

}  // namespace

struct Pruning::Table {
    const char* name;
    const char* stored_at;
    const char* condition;  // besides its age
    const char* status;     // what pruned has as its status
};

const Pruning::Table Pruning::kTables[3] = {{"invoices", "stored_at", kNotDue, "status"},
                                            {"history", "stored_at", "", "'replaced'"},
                                            {"duplicates", "seen_at", "", "'duplicate'"}};

std::uint64_t Pruning::prune(std::int64_t before_us, PruneWatcher& watcher) {
    session_->database().define_digest(kRowDigest);
    removed_ = 0;
    tell_last_removed(watcher);
    for (const Table& table : kTables) prune_table(table, before_us, watcher);
    remove_unused_filters();
    return removed_;
}

// A killed run leaves them to the next one.
void Pruning::remove_unused_filters() {
    for (bool has_more = true; has_more;)
        session_->transact([&] { has_more = remove_unused_id_filters(session_->database()); });
}

void Pruning::tell_last_removed(PruneWatcher& watcher) {
    try {
        std::vector<PruneWatcher::Removed> rows;
        SqliteStatement find(
            session_->database(),
            "SELECT id, source, position, status, pruned_in FROM pruned ORDER BY rowid DESC");
        for (std::int64_t last = 0; find.next_row();) {
            if (rows.empty()) last = find.integer(4);
            if (find.integer(4) != last) break;
            const std::string_view status = find.text(3);
            rows.push_back({status == "replaced"    ? "history"
                            : status == "duplicate" ? "duplicates"
                                                    : "invoices",
                            std::string(find.text(0)), std::string(find.text(1)),
                            static_cast<std::uint64_t>(find.integer(2))});
        }
        find.finish();
        if (!rows.empty()) watcher.removed(rows, 0);
    } catch (const SqliteError& error) {
        session_->fail(error);
    }
}

// Reads the table in its order, up to the row that is the last one now.
void Pruning::prune_table(const Table& table, std::int64_t before_us, PruneWatcher& watcher) {
    const std::int64_t until = last_row(table);
    for (std::int64_t after = 0; after < until;) {
        const std::vector<ReadRow> rows = read_slice(table, before_us, after, until, watcher);
        if (rows.empty()) continue;
        watcher.about_to_remove();
        for (std::span<const ReadRow> rest = rows; !rest.empty();) {
            std::vector<PruneWatcher::Removed> removed;
            rest = rest.subspan(remove_some(table, rest, removed));
            removed_ += removed.size();
            watcher.removed(removed, removed_);
        }
    }
}

std::int64_t Pruning::last_row(const Table& table) {
    try {
        SqliteStatement find(session_->database(),
                             fmt::format("SELECT coalesce(max(rowid), 0) FROM {}", table.name));
        const std::int64_t last = find.first_row() ? find.integer(0) : 0;
        find.finish();
        return last;
    } catch (const SqliteError& error) {
        session_->fail(error);
    }
}

// Sets `after` to the last row that it has looked at.
std::vector<Pruning::ReadRow> Pruning::read_slice(const Table& table, std::int64_t before_us,
                                                  std::int64_t& after, std::int64_t until,
                                                  PruneWatcher& watcher) {
    try {
        const bool is_duplicate = std::string_view(table.name) == "duplicates";
        SqliteStatement find(
            session_->database(),
            fmt::format("SELECT {0}, rowid FROM {1} WHERE rowid > ?1 AND rowid <= ?2 AND {2} < ?3{3}"
                        " ORDER BY rowid LIMIT {4}",
                        is_duplicate ? duplicate_columns_sql() : columns_sql(), table.name, table.stored_at,
                        table.condition, LedgerEditor::kSlice));
        const std::int64_t end = std::min(until, after + kStride);
        find.bind(1, after);
        find.bind(2, end);
        find.bind(3, before_us);
        std::vector<ReadRow> rows;
        LedgerRow row;
        while (find.next_row()) {
            read_fields(find, row);
            watcher.will_remove(table.name, row);
            rows.push_back(
                {find.integer(static_cast<int>(row.size())), std::string(row[ledger_column("id")].text),
                 row[ledger_column("stored_at")].number, std::string(row[ledger_column("source")].text),
                 static_cast<std::uint64_t>(row[ledger_column("position")].number)});
        }
        after = rows.size() == LedgerEditor::kSlice ? rows.back().rowid : end;
        return rows;
    } catch (const SqliteError& error) {
        session_->fail(error);
    }
}

// Removes the first rows, as many as a transaction may take time for. Returns how many of `rows` it has
// looked at, and those that it has removed.
std::size_t Pruning::remove_some(const Table& table, std::span<const ReadRow> rows,
                                 std::vector<PruneWatcher::Removed>& removed) {
    SqliteConnection& database = session_->database();
    std::size_t looked_at = 0;
    session_->transact([&] {
        removed.clear();
        looked_at = 0;
        const auto end = std::chrono::steady_clock::now() + kLongest;
        const bool is_duplicate = std::string_view(table.name) == "duplicates";
        SqliteStatement move(
            database,
            fmt::format(
                "INSERT INTO pruned(id, source, position, status, generation, record, digest, pruned_in)"
                " SELECT id, source, position, {0}, generation, record, {1}, ?4 FROM {2}"
                " WHERE rowid = ?1 AND id = ?2 AND {3} = ?3{4} RETURNING {5}",
                table.status, is_duplicate ? duplicate_digest_sql() : outcome_digest_sql(), table.name,
                table.stored_at, table.condition, pruned_digest_sql()));
        SqliteStatement remove(database, fmt::format("DELETE FROM {} WHERE rowid = ?1", table.name));
        SqliteStatement forget(database, "DELETE FROM bodies WHERE id = ?1");
        const auto last = CommitChain(database).last(kPeopleGeneration);
        RowsDigest sealed;
        for (const ReadRow& row : rows) {
            if (std::chrono::steady_clock::now() >= end && looked_at != 0) break;
            ++looked_at;
            move.bind(1, row.rowid);
            move.bind(2, row.id);
            move.bind(3, row.stored_at_us);
            move.bind(4, static_cast<std::int64_t>(last ? last->number + 1 : 1));
            if (!move.first_row()) continue;  // somebody has asked for it since it was read
            sealed.add(move.digest(0));
            move.finish();
            remove.bind(1, row.rowid);
            remove.run();
            removed.push_back({table.name, row.id, row.source, row.position});
            if (std::string_view(table.name) != "invoices") continue;
            forget.bind(1, row.id);
            forget.run();
        }
        if (removed.empty()) return;
        SealedCommit commit;
        commit.generation = kPeopleGeneration;
        commit.kind = SealedCommit::Kind::Pruned;
        commit.first = commit.recorded = last ? last->recorded : 0;
        commit.changed = removed.size();
        commit.stored_at_us = wall_us();
        commit.digest = sealed.finish();
        append_of_people(database, commit);
    });
    return looked_at;
}

}  // namespace pipeline
