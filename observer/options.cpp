// SPDX-License-Identifier: Apache-2.0
#include "observer/options.hpp"

namespace pipeline {
namespace {

CommandOption ledger_to_read_option(std::optional<LedgerSpec>& field) {
    return value_option("ledger", "SPEC", "sqlite:FILE or none", field, parse_ledger,
                        [](const std::optional<LedgerSpec>& spec) {
                            return spec ? std::optional(spec->text()) : std::nullopt;
                        });
}

}  // namespace

CommandLine declare(ObserverOptions& options) {
    return {
        "observer",
        "--audit [OPTION...]",
        "Looks at a pipeline that runs, hangs, is dead or has finished. Changes nothing.",
        {{"What to show",
          {required(switch_option("audit", "whether every acquired invoice is accounted for", options.audit),
                    "it is what can be shown"),
           switch_option("deep", "with --audit: check the ledger's file, and a\nsequence for gaps",
                         options.deep),
           switch_option("json", "as one line of JSON", options.json)}},
         {"Where to look",
          {name_option(options.name),
           with_fallback(ledger_to_read_option(options.ledger),
                         "the pipeline's own;\nif there is none, sqlite:STATE/invoices.db"),
           state_dir_option(options.state_dir)}},
         {"Other", {log_level_option(options.log_level)}}}};
}

std::variant<ObserverOptions, EarlyExit> parse_observer_options(std::span<const char* const> arguments,
                                                                const Environment& environment) {
    ObserverOptions options;
    if (auto early = parse_command_line(declare(options), arguments)) return *std::move(early);
    if (options.state_dir.empty()) options.state_dir = default_state_directory(environment).value_or("");
    return options;
}

}  // namespace pipeline
