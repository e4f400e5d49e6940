// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/summary/frequent_reasons.hpp"

#include <fmt/format.h>

#include <string_view>

#include "common/ledger/sqlite/summary/patient_reading.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;

// Counts the reasons of the run's newest rows with that status, until `wanted` rows are found. The status is
// part of the text of the query: SQLite takes a partial index only if the query implies the index's
// condition.
void count_reasons(SqliteConnection& database, std::string_view status, std::uint64_t generation,
                   std::uint64_t wanted, std::uint64_t most_rows, Clock::time_point deadline,
                   ReasonCounts& counts) {
    if (wanted == 0) return;
    SqliteStatement rows(database, fmt::format("SELECT generation, id, reason FROM invoices "
                                               "WHERE status = '{}' ORDER BY stored_at DESC LIMIT {}",
                                               status, most_rows));
    std::uint64_t seen = 0;
    std::uint64_t of_run = 0;
    while (rows.next_row()) {
        ++seen;
        if (!rows.is_null(0) && static_cast<std::uint64_t>(rows.integer(0)) == generation) {
            counts.add(rows.text(2), rows.text(1));
            if (++of_run == wanted) return rows.finish();
        }
        if (Clock::now() >= deadline) {
            counts.cut();
            return rows.finish();
        }
    }
    if (seen == most_rows) counts.cut();
}

}  // namespace

std::optional<FrequentReasons> read_frequent_reasons(const std::filesystem::path& path,
                                                     const RunOutcomes& run,
                                                     std::chrono::milliseconds patience,
                                                     std::uint64_t most_rows) {
    std::optional<FrequentReasons> result;
    const auto deadline = Clock::now() + patience;
    const bool is_read = read_patiently(path, deadline, [&](SqliteConnection& database) {
        ReasonCounts counts;
        count_reasons(database, "failed", run.generation, run.failed, most_rows, deadline, counts);
        count_reasons(database, "rejected", run.generation, run.rejected, most_rows, deadline, counts);
        result = counts.most_frequent();
    });
    return is_read ? result : std::nullopt;
}

}  // namespace pipeline
