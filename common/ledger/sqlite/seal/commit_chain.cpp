// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/commit_chain.hpp"

namespace pipeline {
namespace {

// Reads generation, number, recorded, stored_at and head.
ChainHead chain_head(const SqliteStatement& row) {
    return {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1)),
            static_cast<std::uint64_t>(row.integer(2)), row.integer(3), row.digest(4)};
}

constexpr const char* kOpenHeads =
    "SELECT link.generation, link.number, link.recorded, link.stored_at, link.head FROM generations AS chain"
    " JOIN commits AS link ON link.generation = chain.generation AND link.number ="
    " (SELECT max(number) FROM commits WHERE generation = chain.generation)"
    " WHERE link.number > coalesce(chain.taken, 0)";

}  // namespace

CommitChain::CommitChain(SqliteConnection& database)
    : find_last_(database,
                 "SELECT generation, number, recorded, stored_at, head FROM commits"
                 " WHERE generation = ?1 ORDER BY number DESC LIMIT 1"),
      find_others_(database, std::string(kOpenHeads) + " AND chain.generation <> ?1 ORDER BY 1"),
      take_in_(database, "UPDATE generations SET taken = ?2 WHERE generation = ?1"),
      insert_(database,
              "INSERT INTO commits(generation, number, kind, first, recorded, changed, stored_at, digest,"
              " heads, head) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)") {}

std::optional<ChainHead> CommitChain::last(std::uint64_t generation) {
    find_last_.bind(1, static_cast<std::int64_t>(generation));
    if (!find_last_.first_row()) return std::nullopt;
    const ChainHead found = chain_head(find_last_);
    find_last_.finish();
    return found;
}

// Returns the heads of all other chains that no chain has taken in since they grew, and marks them.
std::string CommitChain::take_in_others(std::uint64_t generation) {
    std::vector<ChainHead> others;
    find_others_.bind(1, static_cast<std::int64_t>(generation));
    while (find_others_.next_row()) others.push_back(chain_head(find_others_));
    std::string heads;
    for (const ChainHead& other : others) {
        append_head(heads, other);
        take_in_.bind(1, static_cast<std::int64_t>(other.generation));
        take_in_.bind(2, static_cast<std::int64_t>(other.number));
        take_in_.run();
    }
    return heads;
}

ChainHead CommitChain::append(const SealedCommit& commit) {
    const auto before = last(commit.generation);
    const std::uint64_t number = before ? before->number + 1 : 1;
    const std::string heads = before ? std::string() : take_in_others(commit.generation);
    const Digest head = head_of(commit, number, heads, before ? before->head : Digest{});
    int parameter = 1;
    insert_.bind(parameter++, static_cast<std::int64_t>(commit.generation));
    insert_.bind(parameter++, static_cast<std::int64_t>(number));
    insert_.bind(parameter++, to_text(commit.kind));
    for (const std::uint64_t value : {commit.first, commit.recorded, commit.changed})
        insert_.bind(parameter++, static_cast<std::int64_t>(value));
    insert_.bind(parameter++, commit.stored_at_us);
    insert_.bind_bytes(parameter++, commit.digest);
    if (heads.empty()) {
        insert_.bind_null(parameter++);
    } else {
        insert_.bind_bytes(parameter++, {reinterpret_cast<const std::uint8_t*>(heads.data()), heads.size()});
    }
    insert_.bind_bytes(parameter, head);
    insert_.run();
    return {commit.generation, number, commit.recorded, commit.stored_at_us, head};
}

ChainHead append_of_people(SqliteConnection& database, const SealedCommit& commit) {
    SqliteStatement update(
        database,
        "INSERT INTO generations(generation, source, recorded, added, began_at, updated_at)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT(generation) DO UPDATE SET"
        " recorded = excluded.recorded, added = added + excluded.added,"
        " updated_at = excluded.updated_at");
    update.bind(1, static_cast<std::int64_t>(commit.generation));
    update.bind(2, kPeopleSource);
    update.bind(3, static_cast<std::int64_t>(commit.recorded));
    update.bind(4, static_cast<std::int64_t>(commit.recorded - commit.first));
    update.bind(5, commit.stored_at_us);
    update.run();
    return CommitChain(database).append(commit);
}

std::vector<ChainHead> open_heads(SqliteConnection& database) {
    std::vector<ChainHead> heads;
    SqliteStatement find(database, std::string(kOpenHeads) + " ORDER BY 4, 1");
    while (find.next_row()) heads.push_back(chain_head(find));
    return heads;
}

}  // namespace pipeline
