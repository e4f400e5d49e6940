// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/summary/frequent_reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "common/ledger/plain_reason.hpp"
#include "common/ledger/sqlite/summary/patient_reading.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;
using Counts = std::map<std::string, std::uint64_t>;

// Counts the reasons of the run's newest rows with that status, until `wanted` rows are found. The status is
// part of the text of the query: SQLite takes a partial index only if the query implies the index's
// condition.
void count_reasons(SqliteConnection& database, std::string_view status, std::uint64_t generation,
                   std::uint64_t wanted, std::uint64_t most_rows, Clock::time_point deadline, Counts& counts,
                   FrequentReasons& found) {
    if (wanted == 0) return;
    SqliteStatement rows(database, fmt::format("SELECT generation, id, reason FROM invoices "
                                               "WHERE status = '{}' ORDER BY stored_at DESC LIMIT {}",
                                               status, most_rows));
    std::uint64_t seen = 0;
    std::uint64_t of_run = 0;
    while (rows.next_row()) {
        ++seen;
        if (!rows.is_null(0) && static_cast<std::uint64_t>(rows.integer(0)) == generation) {
            const std::string_view reason = rows.is_null(2) ? "no reason is given" : rows.text(2);
            ++counts[plain_reason(reason, rows.text(1))];
            ++found.rows;
            if (++of_run == wanted) return rows.finish();
        }
        if (Clock::now() >= deadline) {
            found.is_whole = false;
            return rows.finish();
        }
    }
    if (seen == most_rows) found.is_whole = false;
}

FrequentReasons most_frequent(const Counts& counts, FrequentReasons found) {
    for (const auto& [reason, count] : counts) found.most.push_back({reason, count});
    std::stable_sort(
        found.most.begin(), found.most.end(),
        [](const FrequentReason& one, const FrequentReason& other) { return one.count > other.count; });
    if (found.most.size() > kMostReasons) found.most.resize(kMostReasons);
    return found;
}

}  // namespace

std::optional<FrequentReasons> read_frequent_reasons(const std::filesystem::path& path,
                                                     const RunOutcomes& run,
                                                     std::chrono::milliseconds patience,
                                                     std::uint64_t most_rows) {
    std::optional<FrequentReasons> result;
    const auto deadline = Clock::now() + patience;
    const bool is_read = read_patiently(path, deadline, [&](SqliteConnection& database) {
        Counts counts;
        FrequentReasons found;
        count_reasons(database, "failed", run.generation, run.failed, most_rows, deadline, counts, found);
        count_reasons(database, "rejected", run.generation, run.rejected, most_rows, deadline, counts, found);
        result = most_frequent(counts, std::move(found));
    });
    return is_read ? result : std::nullopt;
}

}  // namespace pipeline
