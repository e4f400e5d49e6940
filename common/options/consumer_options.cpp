// SPDX-License-Identifier: Apache-2.0
#include "common/options/consumer_options.hpp"

#include <fmt/format.h>

#include "common/core/layout.hpp"

namespace pipeline {
namespace {

constexpr const char* kGivenBySupervisor = "the supervisor gives it";

CommandOption place_option(std::uint32_t& field) {
    constexpr auto kLast = static_cast<std::uint32_t>(kMaxPlaces - 1);
    return required(
        count_option("place", fmt::format("whose work it goes on with, 0 to {}", kLast), field, 0, kLast),
        kGivenBySupervisor);
}

}  // namespace

CommandLine declare(ConsumerOptions& options) {
    return {"consumer",
            "--place N --source SPEC --ledger SPEC --parent PID [OPTION...]",
            "Processes invoices and books them. Started by the supervisor, not by hand.",
            {{"What to do",
              {place_option(options.place), required(source_option(options.source), kGivenBySupervisor),
               process_option(options.process), required(ledger_option(options.ledger), kGivenBySupervisor),
               name_option(options.name), parent_option(options.parent),
               switch_option("serve", "answer requests on standard input instead", options.serve)}},
             {"Work outside", outside_options(options.outside)},
             {"Sizes and limits",
              {batch_max_option(options.batch_max), item_timeout_option(options.item_timeout),
               max_attempts_option(options.max_attempts), flush_interval_option(options.flush_interval),
               drain_timeout_option(options.drain_timeout)}},
             {"Other", {log_level_option(options.log_level)}}}};
}

std::variant<ConsumerOptions, EarlyExit> parse_consumer_options(std::span<const char* const> arguments) {
    ConsumerOptions options;
    if (auto early = parse_command_line(declare(options), arguments)) return *std::move(early);
    return options;
}

std::vector<std::string> to_arguments(const ConsumerOptions& options) {
    ConsumerOptions shown = options;
    return show_arguments(declare(shown));
}

}  // namespace pipeline
