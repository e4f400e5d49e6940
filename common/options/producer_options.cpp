// SPDX-License-Identifier: Apache-2.0
#include "common/options/producer_options.hpp"

#include <optional>
#include <string>

namespace pipeline {

CommandLine declare(ProducerOptions& options) {
    auto groups = pipeline_groups({options, &options, nullptr}, kChildTitles);
    option_named(groups, "source").missing = kGivenBySupervisor;
    append(groups, kChildTitles.front(),
           {parent_option(options.parent), cache_memory_option(options.cache_memory),
            switch_option("probe", "say whether the source can be used, and end", options.probe),
            value_option("ledger", "SPEC", "with --probe: the ledger that has the table", options.ledger,
                         parse_ledger, [](const LedgerSpec& ledger) {
                             return ledger.keeps_rows() ? std::optional(ledger.text()) : std::nullopt;
                         })});
    return {"producer", "--source SPEC --parent PID [OPTION...]",
            "Acquires invoices from a source. Started by the supervisor, not by hand.", std::move(groups)};
}

std::variant<ProducerOptions, EarlyExit> parse_producer_options(std::span<const char* const> arguments) {
    ProducerOptions options;
    if (auto early = parse_command_line(declare(options), arguments)) return *std::move(early);
    options.name_source();
    return options;
}

std::vector<std::string> to_arguments(const ProducerOptions& options) {
    ProducerOptions shown = options;
    return show_arguments(declare(shown));
}

}  // namespace pipeline
