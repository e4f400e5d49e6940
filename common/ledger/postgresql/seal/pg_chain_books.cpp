// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_chain_books.hpp"

namespace pipeline {

void PgChainBooks::for_each_link(const std::function<void(const StoredLink&)>& take) {
    database_->for_each(
        "SELECT generation, number, kind, first, recorded, changed, stored_at, digest, heads, head"
        " FROM commits ORDER BY generation, number",
        {}, [&](const PgResult& links, int row) {
            StoredLink link;
            link.commit.generation = static_cast<std::uint64_t>(links.integer(row, 0));
            link.number = static_cast<std::uint64_t>(links.integer(row, 1));
            link.kind = parse_commit_kind(links.text(row, 2));
            link.commit.kind = link.kind.value_or(SealedCommit::Kind::Before);
            link.commit.first = static_cast<std::uint64_t>(links.integer(row, 3));
            link.commit.recorded = static_cast<std::uint64_t>(links.integer(row, 4));
            link.commit.changed = static_cast<std::uint64_t>(links.integer(row, 5));
            link.commit.stored_at_us = links.integer(row, 6);
            link.commit.digest = links.digest(row, 7);
            link.heads = links.text(row, 8);
            link.head = links.digest(row, 9);
            take(link);
            return true;
        });
}

std::optional<Digest> PgChainBooks::head(std::uint64_t generation, std::uint64_t number) {
    const PgResult found = database_->run("SELECT head FROM commits WHERE generation = $1 AND number = $2",
                                          PgParameters().add(generation).add(number));
    if (found.rows() == 0) return std::nullopt;
    return found.digest(0, 0);
}

std::string PgChainBooks::taken_in(std::uint64_t generation) {
    const PgResult found = database_->run("SELECT heads FROM commits WHERE generation = $1 AND number = 1",
                                          PgParameters().add(generation));
    return found.rows() == 0 ? std::string() : std::string(found.text(0, 0));
}

std::optional<std::uint64_t> PgChainBooks::recorded(std::uint64_t generation) {
    const PgResult found = database_->run("SELECT recorded FROM generations WHERE generation = $1",
                                          PgParameters().add(generation));
    if (found.rows() == 0) return std::nullopt;
    return static_cast<std::uint64_t>(found.integer(0, 0));
}

void PgChainBooks::for_each_without_chain(const TakeCount& take) {
    for_each_count(
        "SELECT generation, recorded FROM generations AS chain WHERE recorded > 0 AND NOT EXISTS"
        " (SELECT 1 FROM commits WHERE generation = chain.generation) ORDER BY generation",
        take);
}

void PgChainBooks::for_each_taken(const TakeCount& take) {
    for_each_count("SELECT generation, coalesce(taken, 0) FROM generations ORDER BY generation", take);
}

void PgChainBooks::for_each_count(const char* sql, const TakeCount& take) {
    database_->for_each(sql, {}, [&](const PgResult& rows, int row) {
        take(static_cast<std::uint64_t>(rows.integer(row, 0)),
             static_cast<std::uint64_t>(rows.integer(row, 1)));
        return true;
    });
}

}  // namespace pipeline
