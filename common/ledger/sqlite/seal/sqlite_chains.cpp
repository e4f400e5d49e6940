// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/sqlite_chains.hpp"

namespace pipeline {

SqliteChains::SqliteChains(SqliteConnection& database)
    : database_(&database),
      find_head_(database, "SELECT head FROM commits WHERE generation = ?1 AND number = ?2"),
      find_heads_(database, "SELECT heads FROM commits WHERE generation = ?1 AND number = 1"),
      find_recorded_(database, "SELECT recorded FROM generations WHERE generation = ?1") {}

void SqliteChains::for_each_link(const std::function<void(const StoredLink&)>& take) {
    SqliteStatement links(*database_,
                          "SELECT generation, number, kind, first, recorded, changed, stored_at, digest,"
                          " heads, head FROM commits ORDER BY generation, number");
    while (links.next_row()) {
        StoredLink link;
        link.commit.generation = static_cast<std::uint64_t>(links.integer(0));
        link.number = static_cast<std::uint64_t>(links.integer(1));
        link.kind = parse_commit_kind(links.text(2));
        link.commit.kind = link.kind.value_or(SealedCommit::Kind::Before);
        link.commit.first = static_cast<std::uint64_t>(links.integer(3));
        link.commit.recorded = static_cast<std::uint64_t>(links.integer(4));
        link.commit.changed = static_cast<std::uint64_t>(links.integer(5));
        link.commit.stored_at_us = links.integer(6);
        link.commit.digest = links.digest(7);
        link.heads = links.text(8);
        link.head = links.digest(9);
        take(link);
    }
}

std::optional<Digest> SqliteChains::head(std::uint64_t generation, std::uint64_t number) {
    find_head_.bind(1, static_cast<std::int64_t>(generation));
    find_head_.bind(2, static_cast<std::int64_t>(number));
    if (!find_head_.first_row()) return std::nullopt;
    const Digest head = find_head_.digest(0);
    find_head_.finish();
    return head;
}

std::string SqliteChains::taken_in(std::uint64_t generation) {
    find_heads_.bind(1, static_cast<std::int64_t>(generation));
    if (!find_heads_.first_row()) return {};
    std::string heads(find_heads_.text(0));
    find_heads_.finish();
    return heads;
}

std::optional<std::uint64_t> SqliteChains::recorded(std::uint64_t generation) {
    find_recorded_.bind(1, static_cast<std::int64_t>(generation));
    if (!find_recorded_.first_row()) return std::nullopt;
    const auto recorded = static_cast<std::uint64_t>(find_recorded_.integer(0));
    find_recorded_.finish();
    return recorded;
}

void SqliteChains::for_each_without_chain(const TakeCount& take) {
    for_each_count(
        "SELECT generation, recorded FROM generations WHERE recorded > 0 AND generation NOT IN"
        " (SELECT generation FROM commits) AND NOT EXISTS"
        " (SELECT 1 FROM commits WHERE kind = 'before')",
        take);
}

void SqliteChains::for_each_taken(const TakeCount& take) {
    for_each_count("SELECT generation, coalesce(taken, 0) FROM generations", take);
}

void SqliteChains::for_each_count(const char* sql, const TakeCount& take) {
    SqliteStatement rows(*database_, sql);
    while (rows.next_row())
        take(static_cast<std::uint64_t>(rows.integer(0)), static_cast<std::uint64_t>(rows.integer(1)));
}

}  // namespace pipeline
