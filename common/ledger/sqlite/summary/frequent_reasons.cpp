// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/summary/frequent_reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "common/ledger/sqlite/summary/patient_reading.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;
using Counts = std::map<std::string, std::uint64_t>;

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_of_a_word(char c) noexcept {
    return (c >= '0' && c <= '9') || is_letter(c);
}

// True if the name is hardly a part of what a program says anyway: "a.xml" and "INV-17", not "255" or
// "wrong".
bool is_distinct(std::string_view name) noexcept {
    constexpr std::size_t kShortest = 4;
    const auto letters = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), is_letter));
    return name.size() >= kShortest && letters > 0 && letters < name.size();
}

// Replaces `name` by `sign` wherever it is no part of a longer word.
std::string replaced(std::string_view text, std::string_view name, std::string_view sign) {
    std::string result;
    std::size_t done = 0;
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (at < done) continue;
        if (at > 0 && is_of_a_word(text[at - 1])) continue;
        if (end < text.size() && is_of_a_word(text[end])) continue;
        result.append(text.substr(done, at - done)).append(sign);
        done = end;
    }
    return result.append(text.substr(done));
}

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
            ++counts[without_id(without_figures(reason), rows.text(1))];
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

std::string_view without_figures(std::string_view reason) noexcept {
    return reason.starts_with("BR-") ? reason.substr(0, reason.find(':')) : reason;
}

std::string without_id(std::string_view reason, std::string_view id) {
    std::string text(reason);
    if (is_distinct(id)) text = replaced(text, id, "{}");
    const auto slash = id.rfind('/');
    if (slash == std::string_view::npos) return text;
    const auto name = id.substr(slash + 1);
    return is_distinct(name) ? replaced(text, name, "{/}") : text;
}

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
