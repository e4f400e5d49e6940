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

// Changes to groups that several programs share. `name` is an option in them, `title` one of their titles.
// Puts the options before that option.
void insert_before(std::vector<OptionGroup>& groups, std::string_view name,
                   std::vector<CommandOption> options);
// Puts the options at the end of that group.
void append(std::vector<OptionGroup>& groups, std::string_view title, std::vector<CommandOption> options);
// The option with that name.
[[nodiscard]] CommandOption& option_named(std::vector<OptionGroup>& groups, std::string_view name);

}  // namespace pipeline
