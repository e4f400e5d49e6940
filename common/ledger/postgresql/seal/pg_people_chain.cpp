// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_people_chain.hpp"

#include <string_view>

#include "common/base/clock.hpp"
#include "common/ledger/postgresql/seal/pg_chain.hpp"

namespace pipeline {
namespace {

// Reads generation, number, recorded, stored_at and head.
ChainHead chain_head(const PgResult& rows, int row) {
    return {static_cast<std::uint64_t>(rows.integer(row, 0)),
            static_cast<std::uint64_t>(rows.integer(row, 1)),
            static_cast<std::uint64_t>(rows.integer(row, 2)), rows.integer(row, 3), rows.digest(row, 4)};
}

}  // namespace

std::vector<PgOpenHead> open_pg_heads(PgConnection& database) {
    const PgResult rows = database.run(
        "SELECT link.generation, link.number, link.recorded, link.stored_at, link.head, chain.source"
        " FROM generations AS chain CROSS JOIN LATERAL (SELECT * FROM commits"
        " WHERE generation = chain.generation ORDER BY number DESC LIMIT 1) AS link"
        " WHERE link.number > coalesce(chain.taken, 0) ORDER BY 4, 1");
    std::vector<PgOpenHead> all;
    all.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row)
        all.push_back({chain_head(rows, row), std::string(rows.text(row, 5))});
    return all;
}

std::optional<ChainHead> lock_pg_people_chain(PgConnection& database) {
    database.send(
        "INSERT INTO generations(generation, source, recorded, added, began_at, updated_at)"
        " VALUES($1, $2, 0, 0, $3, $3) ON CONFLICT (generation) DO NOTHING",
        PgParameters().add(kPeopleGeneration).add(kPeopleSource).add(wall_us()));
    database.send("SELECT recorded FROM generations WHERE generation = $1 FOR UPDATE",
                  PgParameters().add(kPeopleGeneration));
    // A statement of its own: it sees what the owner of the lock before has committed.
    database.send(
        "SELECT generation, number, recorded, stored_at, head FROM commits WHERE generation = $1"
        " ORDER BY number DESC LIMIT 1",
        PgParameters().add(kPeopleGeneration));
    const auto results = database.finish();
    if (results.back().rows() == 0) return std::nullopt;
    return chain_head(results.back(), 0);
}

ChainHead append_to_pg_people_chain(PgConnection& database, const SealedCommit& commit,
                                    const std::optional<ChainHead>& last) {
    const std::uint64_t number = last ? last->number + 1 : 1;
    const std::string heads = last ? std::string() : take_in_others(database, commit.generation);
    const Digest head = head_of(commit, number, heads, last ? last->head : Digest{});
    send_commit(database, commit, number, heads, head);
    database.send(
        "UPDATE generations SET recorded = $2, added = added + $3, updated_at = $4 WHERE generation = $1",
        PgParameters()
            .add(commit.generation)
            .add(commit.recorded)
            .add(commit.recorded - commit.first)
            .add(commit.stored_at_us));
    static_cast<void>(database.finish());
    return {commit.generation, number, commit.recorded, commit.stored_at_us, head};
}

}  // namespace pipeline
