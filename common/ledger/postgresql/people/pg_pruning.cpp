// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_pruning.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "common/ledger/ledger_row.hpp"
#include "common/ledger/postgresql/people/pg_fields.hpp"
#include "common/ledger/postgresql/seal/pg_people_chain.hpp"

namespace pipeline {
namespace {

using Table = PgSealedTable;

constexpr Table kPrunedFrom[] = {Table::Invoices, Table::History, Table::Duplicates};

constexpr std::string_view kNotDue = "status <> 'waiting' AND due_at IS NULL AND leased_until IS NULL";

// The statuses that pruned has for rows that were not in invoices.
constexpr std::string_view kReplaced = "replaced";
constexpr std::string_view kDuplicate = "duplicate";

Table table_of(std::string_view status) noexcept {
    return status == kReplaced ? Table::History : status == kDuplicate ? Table::Duplicates : Table::Invoices;
}

// Behind its fields, a row has its key and the two numbers of its place.
constexpr auto kKey = static_cast<int>(kLedgerColumns.size());

std::string read_sql(Table table) {
    if (table == Table::Duplicates) {
        return fmt::format(
            "SELECT {}, key, seen_at, position FROM duplicates WHERE seen_at < $1 AND"
            " (key, source, position) > ($2, $3, $4) ORDER BY key, source, position LIMIT {}",
            pg_duplicate_fields(), LedgerEditor::kSlice);
    }
    return fmt::format(
        "SELECT {}, key, stored_at, row FROM {} WHERE stored_at < $1 AND"
        " (stored_at, row) > ($2, $3) AND {} ORDER BY stored_at, row LIMIT {}",
        pg_outcome_fields(), to_text(table), table == Table::Invoices ? kNotDue : "true",
        LedgerEditor::kSlice);
}

// Removes the rows that are still as they were read.
std::string remove_sql(Table table) {
    const std::string is_same =
        table == Table::Duplicates ? "seen_at = read.at AND source = read.origin AND position = read.nth"
        : table == Table::History  ? "stored_at = read.at AND row = read.nth"
                                   : fmt::format("stored_at = read.at AND {}", kNotDue);
    return fmt::format(
        "DELETE FROM {} USING unnest($1, $2, $3, $4) AS read(of, origin, at, nth)"
        " WHERE key = read.of AND {} RETURNING {}, key",
        to_text(table), is_same, pg_sealed_columns(table));
}

constexpr auto kRemovedKey = static_cast<int>(kSealedColumns.size());

// Rows as they go to the table pruned.
class PrunedRows {
  public:
    void add(Table table, const PgResult& rows, int row) {
        const std::string_view status = table == Table::History      ? kReplaced
                                        : table == Table::Duplicates ? kDuplicate
                                                                     : rows.text(row, kStatus);
        const Digest digest = values_.of(table, rows, row, 0);
        keys_.add(rows.text(row, kRemovedKey));
        ids_.add(rows.text(row, kId));
        sources_.add(rows.text(row, kSource));
        positions_.add(rows.integer(row, kPosition));
        statuses_.add(status);
        add_number(generations_, rows, row, kGeneration);
        add_number(records_, rows, row, kRecord);
        digests_.add(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
    }
    [[nodiscard]] PgArray& keys() noexcept { return keys_; }

    // Inserts them for the link `pruned_in`. Returns their digest for that.
    [[nodiscard]] Digest insert(PgConnection& database, std::uint64_t pruned_in) {
        const PgResult rows = database.run(
            fmt::format("INSERT INTO pruned(key, id, source, position, status, generation, record, digest,"
                        " pruned_in) SELECT k, i, s, p, t, g, r, d, $9 FROM"
                        " unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY"
                        " AS gone(k, i, s, p, t, g, r, d, nth) ORDER BY nth RETURNING {}",
                        pg_sealed_columns(Table::Pruned)),
            PgParameters()
                .add(keys_)
                .add(ids_)
                .add(sources_)
                .add(positions_)
                .add(statuses_)
                .add(generations_)
                .add(records_)
                .add(digests_)
                .add(pruned_in));
        RowsDigest sealed;
        for (int row = 0; row < rows.rows(); ++row) sealed.add(values_.of(Table::Pruned, rows, row, 0));
        return sealed.finish();
    }

  private:
    static constexpr int kId = pg_sealed_column("id");
    static constexpr int kSource = pg_sealed_column("source");
    static constexpr int kPosition = pg_sealed_column("position");
    static constexpr int kStatus = pg_sealed_column("status");
    static constexpr int kGeneration = pg_sealed_column("generation");
    static constexpr int kRecord = pg_sealed_column("record");

    static void add_number(PgArray& array, const PgResult& rows, int row, int column) {
        if (rows.is_null(row, column)) {
            array.add_null();
        } else {
            array.add(rows.integer(row, column));
        }
    }

    PgArray keys_{PgArray::Type::Text}, ids_{PgArray::Type::Text}, sources_{PgArray::Type::Text};
    PgArray positions_{PgArray::Type::Integer};
    PgArray statuses_{PgArray::Type::Text};
    PgArray generations_{PgArray::Type::Integer}, records_{PgArray::Type::Integer};
    PgArray digests_{PgArray::Type::Bytes};
    PgRowDigest values_;
};

}  // namespace

std::uint64_t PgPruning::prune(std::int64_t before_us, PruneWatcher& watcher) {
    removed_ = 0;
    tell_last_removed(watcher);
    for (const Table table : kPrunedFrom) prune_table(table, before_us, watcher);
    return removed_;
}

// The rows of the last commit that has pruned any: they are the newest ones.
void PgPruning::tell_last_removed(PruneWatcher& watcher) {
    std::vector<PruneWatcher::Removed> rows;
    session_->read([&](PgConnection& database) {
        rows.clear();
        const PgResult found = database.run(
            fmt::format("SELECT id, source, position, status, pruned_in FROM pruned ORDER BY number DESC"
                        " LIMIT {}",
                        LedgerEditor::kSlice));
        for (int row = 0; row < found.rows() && found.integer(row, 4) == found.integer(0, 4); ++row) {
            rows.push_back({std::string(to_text(table_of(found.text(row, 3)))),
                            std::string(found.text(row, 0)), std::string(found.text(row, 1)),
                            static_cast<std::uint64_t>(found.integer(row, 2))});
        }
    });
    if (!rows.empty()) watcher.removed(rows, 0);
}

void PgPruning::prune_table(PgSealedTable table, std::int64_t before_us, PruneWatcher& watcher) {
    Place behind;
    for (std::size_t size = LedgerEditor::kSlice; size == LedgerEditor::kSlice;) {
        Slice slice = read_slice(table, before_us, behind, watcher);
        size = slice.keys.size();
        if (size == 0) return;
        behind = slice.last;
        watcher.about_to_remove();
        const std::vector<PruneWatcher::Removed> removed = remove(table, slice);
        removed_ += removed.size();
        watcher.removed(removed, removed_);
    }
}

PgPruning::Slice PgPruning::read_slice(PgSealedTable table, std::int64_t before_us, const Place& behind,
                                       PruneWatcher& watcher) {
    Slice slice;
    session_->read([&](PgConnection& database) {
        slice = Slice();
        PgParameters parameters;
        parameters.add(before_us);
        if (table == Table::Duplicates) {
            parameters.add(std::string_view(behind.key))
                .add(std::string_view(behind.source))
                .add(behind.second);
        } else {
            parameters.add(behind.first).add(behind.second);
        }
        LedgerRow fields;
        database.for_each(read_sql(table), parameters, [&](const PgResult& rows, int row) {
            read_pg_fields(rows, row, fields);
            watcher.will_remove(to_text(table), fields);
            slice.last = {rows.integer(row, kKey + 1), rows.integer(row, kKey + 2),
                          std::string(rows.text(row, kKey)),
                          std::string(fields[ledger_column("source")].text)};
            slice.keys.add(std::string_view(slice.last.key));
            slice.sources.add(std::string_view(slice.last.source));
            slice.first.add(slice.last.first);
            slice.second.add(slice.last.second);
            return true;
        });
    });
    return slice;
}

std::vector<PruneWatcher::Removed> PgPruning::remove(PgSealedTable table, Slice& slice) {
    std::vector<PruneWatcher::Removed> removed;
    session_->transact([&](PgConnection& database) -> PgEditSession::Done {
        removed.clear();
        const auto last = lock_pg_people_chain(database);
        if (table == Table::Invoices) {
            database.run("SELECT key FROM invoices WHERE key = ANY($1) ORDER BY key FOR UPDATE",
                         PgParameters().add(slice.keys));
        }
        const PgResult rows = database.run(
            remove_sql(table),
            PgParameters().add(slice.keys).add(slice.sources).add(slice.first).add(slice.second));
        if (rows.rows() == 0) return {};  // somebody has asked for all of them since they were read
        PrunedRows pruned;
        for (int row = 0; row < rows.rows(); ++row) {
            pruned.add(table, rows, row);
            removed.push_back({std::string(to_text(table)),
                               std::string(rows.text(row, pg_sealed_column("id"))),
                               std::string(rows.text(row, pg_sealed_column("source"))),
                               static_cast<std::uint64_t>(rows.integer(row, pg_sealed_column("position")))});
        }
        SealedCommit commit;
        commit.generation = kPeopleGeneration;
        commit.kind = SealedCommit::Kind::Pruned;
        commit.first = commit.recorded = last ? last->recorded : 0;
        commit.changed = removed.size();
        commit.stored_at_us = pg_now_us(database);
        commit.digest = pruned.insert(database, last ? last->number + 1 : 1);
        if (table == Table::Invoices)
            database.run("DELETE FROM bodies WHERE key = ANY($1)", PgParameters().add(pruned.keys()));
        return {true, append_to_pg_people_chain(database, commit, last)};
    });
    return removed;
}

}  // namespace pipeline
