// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_cancellation.hpp"

#include <fmt/format.h>

#include <vector>

#include "common/ledger/postgresql/people/pg_edit_session.hpp"
#include "common/ledger/postgresql/schema/pg_tables.hpp"
#include "common/ledger/postgresql/seal/pg_people_chain.hpp"
#include "common/ledger/postgresql/seal/pg_row_digest.hpp"

namespace pipeline {

PgCancellation::PgCancellation(PgConnection& database, std::optional<ChainHead> last)
    : database_(&database), last_(last), first_(last ? last->recorded : 0), now_us_(pg_now_us(database)) {}

void PgCancellation::add(std::string_view key, std::string_view reason) {
    records_.add(static_cast<std::int64_t>(first_ + keys_.size()));
    keys_.add(key);
    reasons_.add(reason);
}

std::optional<ChainHead> PgCancellation::finish() {
    if (keys_.size() == 0) return std::nullopt;
    SealedCommit commit;
    commit.generation = kPeopleGeneration;
    commit.kind = SealedCommit::Kind::Decided;
    commit.first = first_;
    commit.recorded = first_ + keys_.size();
    commit.changed = keys_.size();
    commit.stored_at_us = now_us_;
    commit.digest = replace();
    count();
    return append_to_pg_people_chain(*database_, commit, last_);
}

// Returns the digest of the rows as they are now, in the order of their numbers.
Digest PgCancellation::replace() {
    database_->send(fmt::format("INSERT INTO history({0}) SELECT {0} FROM invoices WHERE key = ANY($1)",
                                pg_outcome_columns()),
                    PgParameters().add(keys_));
    database_->send(
        fmt::format("UPDATE invoices SET status = 'failed', reason = decided.why, stored_at = $4,"
                    " generation = $5, record = decided.nth, round = round + 1, due_at = NULL,"
                    " leased_until = NULL, digest = NULL"
                    " FROM unnest($1, $2, $3) AS decided(of, why, nth)"
                    " WHERE key = decided.of RETURNING {}",
                    pg_sealed_columns(PgSealedTable::Invoices)),
        PgParameters().add(keys_).add(reasons_).add(records_).add(now_us_).add(kPeopleGeneration));
    const auto results = database_->finish();
    const PgResult& rows = results.back();
    std::vector<Digest> digests(keys_.size());
    PgRowDigest values;
    for (int row = 0; row < rows.rows(); ++row) {
        const auto record = static_cast<std::uint64_t>(rows.integer(row, pg_sealed_column("record")));
        digests.at(record - first_) = values.of(PgSealedTable::Invoices, rows, row, 0);
    }
    RowsDigest sealed;
    for (const Digest& digest : digests) sealed.add(digest);
    return sealed.finish();
}

// Each cancelled row adds a row to its source.
void PgCancellation::count() {
    database_->run(
        "INSERT INTO sources(source, decided, updated_at) SELECT source, count(*), $2 FROM invoices"
        " WHERE key = ANY($1) GROUP BY source ORDER BY source"
        " ON CONFLICT (source) DO UPDATE SET decided = sources.decided + excluded.decided",
        PgParameters().add(keys_).add(now_us_));
}

}  // namespace pipeline
