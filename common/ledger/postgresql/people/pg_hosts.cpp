// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_hosts.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "common/ledger/postgresql/people/pg_edit_session.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {
namespace {

constexpr std::int64_t kMinuteUs = std::chrono::microseconds(std::chrono::minutes(1)).count();

// The most commits of one generation that are looked at: a pipeline makes at most one a millisecond.
constexpr int kMostCommits = 60'000;

std::uint64_t count_at(const PgResult& rows, int row, int column) {
    return static_cast<std::uint64_t>(rows.integer(row, column));
}

}  // namespace

LedgerHosts read_pg_hosts(PgConnection& database) {
    LedgerHosts found;
    found.now_us = pg_now_us(database);
    const std::int64_t since_us = found.now_us - kMinuteUs;
    database.send(
        "SELECT coalesce(host, ''), count(*), count(*) FILTER (WHERE updated_at > $2), max(updated_at),"
        " sum(added)::bigint FROM generations WHERE generation <> $1 GROUP BY 1 ORDER BY 1",
        PgParameters().add(kPeopleGeneration).add(since_us));
    database.send(fmt::format("SELECT coalesce(host, ''), sum(link.changed)::bigint FROM generations AS chain"
                              " CROSS JOIN LATERAL (SELECT changed, stored_at FROM commits WHERE"
                              " generation = chain.generation ORDER BY number DESC LIMIT {}) AS link"
                              " WHERE chain.generation <> $1 AND chain.updated_at > $2 AND"
                              " link.stored_at > $2 GROUP BY 1 ORDER BY 1",
                              kMostCommits),
                  PgParameters().add(kPeopleGeneration).add(since_us));
    const auto results = database.finish();
    const PgResult& hosts = results[0];
    const PgResult& recent = results[1];
    int next = 0;  // of the rows of `recent`, which are some of the hosts in the same order
    for (int row = 0; row < hosts.rows(); ++row) {
        LedgerHost host;
        host.host = hosts.text(row, 0);
        host.generations = count_at(hosts, row, 1);
        host.writing = count_at(hosts, row, 2);
        host.last_commit_us = hosts.integer(row, 3);
        host.rows = count_at(hosts, row, 4);
        if (next < recent.rows() && recent.text(next, 0) == hosts.text(row, 0))
            host.rows_last_minute = count_at(recent, next++, 1);
        found.hosts.push_back(std::move(host));
    }
    return found;
}

}  // namespace pipeline
