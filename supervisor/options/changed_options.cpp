// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/changed_options.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <functional>
#include <string_view>

#include "common/base/printable.hpp"
#include "supervisor/options/combinations.hpp"

namespace pipeline {
namespace {

// Sets the options that cannot change while the pipeline runs to those of `running`.
void keep_fixed(Options& options, const Options& running) {
    options.source = running.source;
    options.source_choice = running.source_choice;
    options.origin = running.origin;
    options.ledger = running.ledger;
    options.has_command = running.has_command;
    options.once = running.once;
    follow_once(options);
    options.from_start = running.from_start;
    options.ring_capacity = running.ring_capacity;
    options.storage_capacity = running.storage_capacity;
    options.body_capacity = running.body_capacity;
    options.result_capacity = running.result_capacity;
    options.body_max = running.body_max;
    options.name = running.name;
    options.state_dir = running.state_dir;
    options.is_usual_state_dir = running.is_usual_state_dir;
    options.runtime_dir = running.runtime_dir;
    options.shm_dir = running.shm_dir;
}

std::string shown(const CommandOption& option) {
    const auto value = option.show();
    if (!value) return option.argument.empty() ? "false" : "none";
    return printable(*value);
}

// Calls `take` with the name and both values of each setting in which `one` and `other` differ.
using TakeDifference =
    std::function<void(const std::string& name, const std::string& one, const std::string& other)>;
void for_each_difference(Options one, Options other, const TakeDifference& take) {
    const CommandLine left = declare(one);
    const CommandLine right = declare(other);
    for (std::size_t group = 0; group < left.groups.size(); ++group) {
        const auto& options = left.groups[group].options;
        for (std::size_t i = 0; i < options.size(); ++i) {
            if (!options[i].show) continue;
            const std::string before = shown(options[i]);
            const std::string after = shown(right.groups[group].options[i]);
            if (before != after) take(options[i].name, before, after);
        }
    }
}

}  // namespace

ChangedOptions change_options(const Options& running, const Options& wanted) {
    ChangedOptions change{wanted, {}, {}};
    keep_fixed(change.options, running);
    check_combination(change.options);
    for_each_difference(
        running, change.options, [&](std::string_view name, std::string_view before, std::string_view after) {
            change.changed.push_back(fmt::format("--{} {} instead of {}", name, after, before));
        });
    // Options that follow --once are not named beside it.
    Options next = wanted;
    next.once = running.once;
    follow_once(next);
    next.once = wanted.once;
    for_each_difference(
        change.options, next, [&](std::string_view name, std::string_view stays, std::string_view asked) {
            change.kept.push_back(
                fmt::format("--{} stays {} until the next start, which takes {}", name, stays, asked));
        });
    return change;
}

}  // namespace pipeline
