// SPDX-License-Identifier: Apache-2.0
// Command lines and environments made by hand, and the text with which one is refused.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/cli/command_line.hpp"
#include "common/cli/directories.hpp"
#include "tests/support/refusal.hpp"

namespace pipeline::test {

// An environment of which only these variables are set.
inline Environment environment_of(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
}

// The arguments as main() has them; they live as long as `arguments`.
inline std::vector<const char*> pointers_to(const std::vector<std::string>& arguments) {
    std::vector<const char*> pointers;
    for (const auto& argument : arguments) pointers.push_back(argument.c_str());
    return pointers;
}

// The refusal of what must be refused as wrong usage.
template <class Parse>
std::string usage_error_of(Parse&& parse) {
    return text_of_refusal(parse, ExitStatus::Usage);
}

}  // namespace pipeline::test
