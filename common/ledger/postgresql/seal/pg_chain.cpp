// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_chain.hpp"

namespace pipeline {

std::string take_in_others(PgConnection& database, std::uint64_t generation) {
    const PgResult others = database.run(
        "SELECT chain.generation, link.number, link.head FROM generations AS chain JOIN LATERAL"
        " (SELECT number, head FROM commits WHERE generation = chain.generation ORDER BY number DESC LIMIT 1)"
        " AS link ON true WHERE link.number > coalesce(chain.taken, 0) AND chain.generation <> $1"
        " ORDER BY chain.generation FOR UPDATE OF chain SKIP LOCKED",
        PgParameters().add(generation));
    std::string heads;
    for (int row = 0; row < others.rows(); ++row) {
        ChainHead other;
        other.generation = static_cast<std::uint64_t>(others.integer(row, 0));
        other.number = static_cast<std::uint64_t>(others.integer(row, 1));
        other.head = others.digest(row, 2);
        append_head(heads, other);
        database.send("UPDATE generations SET taken = $2 WHERE generation = $1",
                      PgParameters().add(other.generation).add(other.number));
    }
    return heads;
}

void send_commit(PgConnection& database, const SealedCommit& commit, std::uint64_t number,
                 std::string_view heads, const Digest& head) {
    PgParameters parameters;
    parameters.add(commit.generation).add(number).add(to_text(commit.kind));
    parameters.add(commit.first).add(commit.recorded).add(commit.changed).add(commit.stored_at_us);
    parameters.add(commit.digest);
    if (heads.empty()) {
        parameters.add_null_bytes();
    } else {
        parameters.add_bytes(heads);
    }
    parameters.add(head);
    database.send(
        "INSERT INTO commits(generation, number, kind, first, recorded, changed, stored_at, digest,"
        " heads, head) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        parameters);
}

}  // namespace pipeline
