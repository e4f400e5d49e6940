// SPDX-License-Identifier: Apache-2.0
#include "common/options/consumer_options.hpp"

#include <fmt/format.h>

#include "common/core/layout.hpp"

namespace pipeline {
namespace {

CommandOption place_option(std::uint32_t& field) {
    constexpr auto kLast = static_cast<std::uint32_t>(kMaxPlaces - 1);
    return required(
        count_option("place", fmt::format("whose work it goes on with, 0 to {}", kLast), field, 0, kLast),
        kGivenBySupervisor);
}

}  // namespace

CommandLine declare(ConsumerOptions& options) {
    auto groups = pipeline_groups({options, nullptr, &options}, kChildTitles);
    option_named(groups, "source").missing = kGivenBySupervisor;
    option_named(groups, "ledger").missing = kGivenBySupervisor;
    insert_before(groups, "source", {place_option(options.place)});
    append(groups, kChildTitles.front(),
           {parent_option(options.parent), cache_memory_option(options.cache_memory),
            switch_option("serve", "answer requests on standard input instead", options.serve)});
    return {"consumer", "--place N --source SPEC --ledger SPEC --parent PID [OPTION...]",
            "Processes invoices and books them. Started by the supervisor, not by hand.", std::move(groups)};
}

std::variant<ConsumerOptions, EarlyExit> parse_consumer_options(std::span<const char* const> arguments) {
    ConsumerOptions options;
    if (auto early = parse_command_line(declare(options), arguments)) return *std::move(early);
    options.name_source();
    return options;
}

std::vector<std::string> to_arguments(const ConsumerOptions& options) {
    ConsumerOptions shown = options;
    return show_arguments(declare(shown));
}

}  // namespace pipeline
