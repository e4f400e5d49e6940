// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/summary.hpp"

#include <fmt/format.h>

#include "common/base/plural.hpp"
#include "common/ledger/open/ledger_summary.hpp"
#include "common/options/shared_options.hpp"
#include "common/spec/words.hpp"

namespace pipeline {
namespace {

void add_commands(Report& report, const std::string& options) {
    if (report.outcomes.failed != 0) {
        report.commands.push_back({"see them", "clerk list --status failed" + options});
        report.commands.push_back({"run again", "clerk retry --status failed" + options});
    }
    if (report.outcomes.rejected != 0)
        report.commands.push_back({"see rejected", "clerk list --status rejected" + options});
}

// Another delivery of an invoice may have replaced a row that waited: only the ledger knows.
void count_waiting(Report& report, const LedgerSpec& ledger, std::string_view source) {
    report.waiting = report.outcomes.still_waiting();
    if (report.waiting == 0) return;
    if (const auto count = waiting_count(ledger, source, report.waiting)) report.waiting = *count;
}

}  // namespace

void explain(Report& report, const Options& options, std::uint64_t generation, std::string_view source) {
    count_waiting(report, options.ledger, source);
    const std::uint64_t failed = report.outcomes.failed;
    const std::uint64_t rejected = report.outcomes.rejected;
    if (failed + rejected == 0 || !options.ledger.keeps_rows()) return;
    if (const auto found = frequent_reasons(options.ledger, {generation, failed, rejected})) {
        report.reasons = found->most;
        if (!found->is_whole) report.reasons_of = found->rows;
    }
    add_commands(report, options_for_clerk(options));
}

std::string failures_line(const Report& report) {
    std::string line =
        fmt::format("{} of {} failed", report.outcomes.failed, counted(report.ended(), "invoice"));
    if (!report.reasons.empty() && report.outcomes.rejected == 0) {
        const auto& [reason, count] = report.reasons.front();
        if (report.reasons.size() == 1 && report.reasons_of == 0) {
            line += ": " + reason;
        } else if (count > 1) {
            line += fmt::format("; most often, {} times: {}", count, reason);
        }
    }
    if (!report.commands.empty()) line += "; see them: " + report.commands.front().line;
    return line;
}

std::string options_for_clerk(const Options& options) {
    std::vector<std::string> words;
    if (options.name != kDefaultName) words.insert(words.end(), {"--name", options.name});
    if (options.ledger.path != options.state_dir / "invoices.db") {
        words.insert(words.end(), {"--ledger", options.ledger.text()});
    } else if (!options.is_usual_state_dir) {
        words.insert(words.end(), {"--state-dir", options.state_dir.native()});
    }
    return words.empty() ? "" : " " + join_words(words);
}

}  // namespace pipeline
