// SPDX-License-Identifier: Apache-2.0
#include "common/options/producer_options.hpp"

namespace pipeline {
CommandLine declare(ProducerOptions& options) {
    return {"producer",
            "--source SPEC --parent PID [OPTION...]",
            "Acquires invoices from a source. Started by the supervisor, not by hand.",
            {{"What to do",
              {required(source_option(options.source), "the supervisor gives it"), once_option(options.once),
               rate_option(options.rate), name_option(options.name), parent_option(options.parent)}},
             {"Spools", spool_options(options.spool)},
             {"Sizes and limits",
              {batch_max_option(options.batch_max), drain_timeout_option(options.drain_timeout)}},
             {"Other", {log_level_option(options.log_level)}}}};
}

std::variant<ProducerOptions, EarlyExit> parse_producer_options(std::span<const char* const> arguments) {
    ProducerOptions options;
    if (auto early = parse_command_line(declare(options), arguments)) return *std::move(early);
    return options;
}

std::vector<std::string> to_arguments(const ProducerOptions& options) {
    ProducerOptions shown = options;
    return show_arguments(declare(shown));
}

}  // namespace pipeline
