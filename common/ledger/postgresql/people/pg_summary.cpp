// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_summary.hpp"

#include <fmt/format.h>

#include <functional>

#include "common/base/error.hpp"
#include "common/ledger/postgresql/people/pg_snapshot.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;

// Counts the reasons of the run's newest rows with that status, until `wanted` rows are found. Other hosts'
// rows lie in between.
void count_reasons(PgConnection& database, std::string_view status, std::uint64_t generation,
                   std::uint64_t wanted, std::uint64_t most_rows, Clock::time_point deadline,
                   ReasonCounts& counts) {
    if (wanted == 0) return;
    std::uint64_t seen = 0;
    std::uint64_t of_run = 0;
    database.for_each(
        fmt::format("SELECT generation, id, reason FROM invoices WHERE status = '{}'"
                    " ORDER BY stored_at DESC LIMIT {}",
                    status, most_rows),
        {}, [&](const PgResult& rows, int row) {
            ++seen;
            if (!rows.is_null(row, 0) && static_cast<std::uint64_t>(rows.integer(row, 0)) == generation) {
                counts.add(rows.text(row, 2), rows.text(row, 1));
                if (++of_run == wanted) return false;
            }
            if (Clock::now() < deadline) return true;
            counts.cut();
            return false;
        });
    if (seen == most_rows && of_run != wanted) counts.cut();
}

// Calls `read` with a snapshot; it may be called again, and must then discard what it had. Returns false if
// the ledger cannot be read until `deadline`.
bool read_patiently(const std::string& url, Clock::time_point deadline,
                    const std::function<void(PgConnection&)>& read) {
    try {
        read_pg_snapshot(
            url, [&](PgSnapshot& snapshot) { read(snapshot.database); }, deadline);
        return true;
    } catch (const Failure&) {
        return false;
    }
}

}  // namespace

std::optional<FrequentReasons> read_pg_frequent_reasons(const std::string& url, const RunOutcomes& run,
                                                        std::chrono::milliseconds patience,
                                                        std::uint64_t most_rows) {
    std::optional<FrequentReasons> result;
    const auto deadline = Clock::now() + patience;
    const bool is_read = read_patiently(url, deadline, [&](PgConnection& database) {
        ReasonCounts counts;
        count_reasons(database, "failed", run.generation, run.failed, most_rows, deadline, counts);
        count_reasons(database, "rejected", run.generation, run.rejected, most_rows, deadline, counts);
        result = counts.most_frequent();
    });
    return is_read ? result : std::nullopt;
}

std::optional<std::uint64_t> read_pg_acquired_count(const std::string& url, std::string_view source,
                                                    std::chrono::milliseconds patience) {
    std::optional<std::uint64_t> count;
    const bool is_read = read_patiently(url, Clock::now() + patience, [&](PgConnection& database) {
        const PgResult found = database.run(
            "SELECT coalesce((SELECT sum(added) FROM generations WHERE source = $1 AND"
            " generation <> $2), 0)::bigint + coalesce((SELECT decided FROM sources WHERE"
            " source = $1), 0) - (SELECT count(*) FROM history WHERE source = $1) - (SELECT count(*)"
            " FROM pruned WHERE source = $1 AND status = 'replaced'),"
            " EXISTS(SELECT 1 FROM generations WHERE source = $1) OR EXISTS(SELECT 1 FROM sources"
            " WHERE source = $1)",
            PgParameters().add(source).add(kPeopleGeneration));
        count.reset();
        if (found.boolean(0, 1)) count = static_cast<std::uint64_t>(found.integer(0, 0));
    });
    return is_read ? count : std::nullopt;
}

std::optional<std::uint64_t> read_pg_waiting_count(const std::string& url, std::string_view source,
                                                   std::uint64_t most, std::chrono::milliseconds patience) {
    std::uint64_t count = 0;
    const bool is_read = read_patiently(url, Clock::now() + patience, [&](PgConnection& database) {
        const PgResult found = database.run(
            "SELECT count(*) FROM (SELECT FROM invoices WHERE status = 'waiting' AND source = $1"
            " LIMIT $2) AS some",
            PgParameters().add(source).add(static_cast<std::int64_t>(most)));
        count = static_cast<std::uint64_t>(found.integer(0, 0));
    });
    return is_read ? std::optional(count) : std::nullopt;
}

}  // namespace pipeline
