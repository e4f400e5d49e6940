// SPDX-License-Identifier: Apache-2.0
#include "common/cli/option_groups.hpp"

#include <algorithm>
#include <iterator>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

void insert(OptionGroup& group, std::vector<CommandOption>::iterator place,
            std::vector<CommandOption> options) {
    group.options.insert(place, std::make_move_iterator(options.begin()),
                         std::make_move_iterator(options.end()));
}

auto find_in(OptionGroup& group, std::string_view name) {
    return std::find_if(group.options.begin(), group.options.end(),
                        [name](const CommandOption& option) { return option.name == name; });
}

}  // namespace

const CommandOption* find_option(const std::vector<OptionGroup>& groups, std::string_view name) noexcept {
    for (const OptionGroup& group : groups) {
        for (const CommandOption& option : group.options) {
            if (option.name == name) return &option;
        }
    }
    return nullptr;
}

void insert_before(std::vector<OptionGroup>& groups, std::string_view name,
                   std::vector<CommandOption> options) {
    for (OptionGroup& group : groups) {
        const auto place = find_in(group, name);
        if (place != group.options.end()) return insert(group, place, std::move(options));
    }
    broken_invariant("options are put before one that is not there");
}

void append(std::vector<OptionGroup>& groups, std::string_view title, std::vector<CommandOption> options) {
    for (OptionGroup& group : groups) {
        if (group.title == title) return insert(group, group.options.end(), std::move(options));
    }
    broken_invariant("options are put into a group that is not there");
}

CommandOption& option_named(std::vector<OptionGroup>& groups, std::string_view name) {
    for (OptionGroup& group : groups) {
        const auto found = find_in(group, name);
        if (found != group.options.end()) return *found;
    }
    broken_invariant("an option is not there");
}

}  // namespace pipeline
