// SPDX-License-Identifier: Apache-2.0
// The statements of PgJudge: its questions, and what it has decided.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "common/ledger/postgresql/rows/pg_judge.hpp"
#include "common/ledger/postgresql/schema/pg_tables.hpp"

namespace pipeline {

void PgJudge::send_questions(PgArray& keys) {
    std::uint64_t first = std::numeric_limits<std::int64_t>::max();  // of this transaction's records
    for (const PgBatch::Entry& entry : batch_->entries())
        first = std::min<std::uint64_t>(first, records_->first() + entry.i);
    const auto parameters = [&] { return PgParameters().add(keys).add(context_->source); };
    // The rows that this transaction has inserted are not among the answers.
    database_->send(
        "SELECT key, source = $2, position, status, generation, record, round, acquired_at, attempts"
        " FROM invoices WHERE key = ANY($1) AND (generation = $3 AND record >= $4) IS NOT TRUE"
        " ORDER BY key FOR UPDATE",
        parameters().add(context_->generation).add(first));
    database_->send("SELECT key, position FROM duplicates WHERE key = ANY($1) AND source = $2", parameters());
    database_->send("SELECT key, position FROM history WHERE key = ANY($1) AND source = $2", parameters());
    database_->send(
        "SELECT key, source = $2, position, status FROM pruned WHERE key = ANY($1) ORDER BY number",
        parameters());
}

// Returns the book of a key that a result has. Books keep views of the batch's keys, not of the results'.
PgJudge::Book& PgJudge::book_at(std::string_view key) {
    const auto& entries = batch_->entries();
    const auto entry = std::lower_bound(
        entries.begin(), entries.end(), key,
        [](const PgBatch::Entry& each, std::string_view wanted) { return each.key < wanted; });
    if (entry == entries.end() || entry->key != key)
        throw PgError(PgError::Kind::Other, "the server has answered with a key that was not asked for");
    return books_[entry->key];
}

void PgJudge::look_up(std::uint64_t inserted, bool has_pruned) {
    const bool ask_all = has_pruned || inserted != batch_->fresh();
    PgArray keys(PgArray::Type::Text);
    std::string_view last;
    for (const PgBatch::Entry& entry : batch_->entries()) {
        if (!entry.is_fresh) static_cast<void>(books_[entry.key]);
        if ((entry.is_fresh && !ask_all) || entry.key == last) continue;
        keys.add(entry.key);
        last = entry.key;
    }
    send_questions(keys);
    const auto results = database_->finish();
    const PgResult& rows = results[0];
    const auto position_of = [](const PgResult& result, int row, int column) {
        return static_cast<std::uint64_t>(result.integer(row, column));
    };
    for (int row = 0; row < rows.rows(); ++row) {
        Book& book = book_at(rows.text(row, 0));
        book.is_own_source = rows.boolean(row, 1);
        book.position = position_of(rows, row, 2);
        book.is_stored = true;
        KnownRow& known = book.row.emplace();
        known.outcome = parse_outcome(rows.text(row, 3));
        if (!rows.is_null(row, 4)) known.generation = position_of(rows, row, 4);
        known.record = position_of(rows, row, 5);
        known.round = static_cast<std::uint32_t>(rows.integer(row, 6));
        known.acquired_us = rows.integer(row, 7);
        known.attempts = rows.integer(row, 8);
    }
    for (int row = 0; row < results[1].rows(); ++row)
        book_at(results[1].text(row, 0)).duplicates.push_back(position_of(results[1], row, 1));
    for (int row = 0; row < results[2].rows(); ++row)
        book_at(results[2].text(row, 0)).history.push_back(position_of(results[2], row, 1));
    for (int row = 0; row < results[3].rows(); ++row) {
        book_at(results[3].text(row, 0))
            .pruned.push_back({results[3].boolean(row, 1), position_of(results[3], row, 2),
                               std::string(results[3].text(row, 3))});
    }
    note_inserted(inserted);
}

// Notes which fresh records have become rows: those whose key has no other row.
void PgJudge::note_inserted(std::uint64_t inserted) {
    std::uint64_t met = 0;
    for (const PgBatch::Entry& entry : batch_->entries()) {
        const auto found = books_.find(entry.key);
        if (!entry.is_fresh || found == books_.end()) continue;
        if (found->second.is_stored) {
            ++met;
        } else {
            found->second.inserted = entry.i;
        }
    }
    if (inserted + met != batch_->fresh())
        throw PgError(PgError::Kind::Again, "a row that was met has gone meanwhile");
}

void PgJudge::send_decisions() {
    if (taken_out_.size() != 0)
        database_->send("DELETE FROM invoices WHERE key = ANY($1)", PgParameters().add(taken_out_));
    if (to_history_.size() != 0) {
        database_->send(fmt::format("INSERT INTO history({0}) SELECT {0} FROM invoices WHERE key = ANY($1)",
                                    pg_outcome_columns()),
                        PgParameters().add(to_history_));
    }
    if (replaced_.size() != 0) database_->send(replaced_.replace_sql(), replaced_.parameters(*context_));
    if (later_.size() != 0) database_->send(later_.insert_sql("invoices"), later_.parameters(*context_));
    if (history_.size() != 0) database_->send(history_.insert_sql("history"), history_.parameters(*context_));
    if (duplicate_keys_.size() != 0) {
        database_->send(
            "INSERT INTO duplicates(source, seen_at, generation, key, id, position, record)"
            " SELECT $1::text, $2::bigint, $3::bigint, r.* FROM unnest($4, $5, $6, $7) AS r",
            PgParameters()
                .add(context_->source)
                .add(context_->clock.now_us())
                .add(context_->generation)
                .add(duplicate_keys_)
                .add(duplicate_ids_)
                .add(duplicate_positions_)
                .add(duplicate_records_));
    }
    if (no_body_.size() != 0)
        database_->send("DELETE FROM bodies WHERE key = ANY($1)", PgParameters().add(no_body_));
    if (body_keys_.size() != 0) {
        database_->send(
            "INSERT INTO bodies(key, id, body) SELECT * FROM unnest($1, $2, $3)"
            " ON CONFLICT (key) DO UPDATE SET body = excluded.body",
            PgParameters().add(body_keys_).add(body_ids_).add(bodies_));
    }
}

}  // namespace pipeline
