// SPDX-License-Identifier: Apache-2.0
// Options in groups, as --help shows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/cli/command_option.hpp"

namespace pipeline {

struct OptionGroup {
    std::string title;
    std::vector<CommandOption> options;
};

// Returns the option `name`; nullptr if the groups have none of that name.
[[nodiscard]] const CommandOption* find_option(const std::vector<OptionGroup>& groups,
                                               std::string_view name) noexcept;

// The following functions change groups that several programs share. `name` must be the name of an option in
// the groups, and `title` the title of a group.
//
// Puts `options` before the option `name`.
void insert_before(std::vector<OptionGroup>& groups, std::string_view name,
                   std::vector<CommandOption> options);
// Puts `options` at the end of the group `title`.
void append(std::vector<OptionGroup>& groups, std::string_view title, std::vector<CommandOption> options);
// Returns the option `name`.
[[nodiscard]] CommandOption& option_named(std::vector<OptionGroup>& groups, std::string_view name);

}  // namespace pipeline
