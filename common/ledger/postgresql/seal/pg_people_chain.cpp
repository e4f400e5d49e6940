// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_people_chain.hpp"

#include <string_view>

#include "common/base/clock.hpp"

namespace pipeline {
namespace {

// Reads generation, number, recorded, stored_at and head.
ChainHead chain_head(const PgResult& rows, int row) {
    return {static_cast<std::uint64_t>(rows.integer(row, 0)),
            static_cast<std::uint64_t>(rows.integer(row, 1)),
            static_cast<std::uint64_t>(rows.integer(row, 2)), rows.integer(row, 3), rows.digest(row, 4)};
}

std::string_view bytes_of(const Digest& digest) noexcept {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

constexpr const char* kOpenHeads =
    "SELECT link.generation, link.number, link.recorded, link.stored_at, link.head, chain.source"
    " FROM generations AS chain CROSS JOIN LATERAL (SELECT * FROM commits"
    " WHERE generation = chain.generation ORDER BY number DESC LIMIT 1) AS link"
    " WHERE link.number > coalesce(chain.taken, 0)";

}  // namespace

std::vector<PgOpenHead> open_pg_heads(PgConnection& database) {
    const PgResult rows = database.run(std::string(kOpenHeads) + " ORDER BY 4, 1");
    std::vector<PgOpenHead> all;
    for (int row = 0; row < rows.rows(); ++row)
        all.push_back({chain_head(rows, row), std::string(rows.text(row, 5))});
    return all;
}

std::string take_in_pg_heads(PgConnection& database, std::uint64_t generation) {
    const PgResult rows = database.run(std::string(kOpenHeads) +
                                           " AND chain.generation <> $1 ORDER BY chain.generation"
                                           " FOR UPDATE OF chain SKIP LOCKED",
                                       PgParameters().add(generation));
    std::string heads;
    PgArray generations(PgArray::Type::Integer);
    PgArray numbers(PgArray::Type::Integer);
    for (int row = 0; row < rows.rows(); ++row) {
        const ChainHead other = chain_head(rows, row);
        append_head(heads, other);
        generations.add(static_cast<std::int64_t>(other.generation));
        numbers.add(static_cast<std::int64_t>(other.number));
    }
    if (heads.empty()) return heads;
    database.run(
        "UPDATE generations SET taken = other.number FROM unnest($1, $2) AS other(of, number)"
        " WHERE generation = other.of",
        PgParameters().add(generations).add(numbers));
    return heads;
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
    const std::string heads = last ? std::string() : take_in_pg_heads(database, commit.generation);
    const Digest head = head_of(commit, number, heads, last ? last->head : Digest{});
    PgParameters link;
    link.add(commit.generation).add(number).add(to_text(commit.kind));
    for (const std::uint64_t value : {commit.first, commit.recorded, commit.changed}) link.add(value);
    link.add(commit.stored_at_us).add_bytes(bytes_of(commit.digest));
    if (heads.empty()) {
        link.add_null_bytes();
    } else {
        link.add_bytes(heads);
    }
    link.add_bytes(bytes_of(head));
    database.send(
        "INSERT INTO commits(generation, number, kind, first, recorded, changed, stored_at, digest, heads,"
        " head) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        link);
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
