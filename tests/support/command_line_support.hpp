// SPDX-License-Identifier: Apache-2.0
// What the tests of the command lines share: asking for options, and looking at the one line with which a
// command line is refused.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/error.hpp"
#include "common/cli/command_line.hpp"
#include "common/cli/directories.hpp"
#include "tests/support/catch.hpp"

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

struct Refusal {
    ExitStatus status;
    std::string text;
};

// How `parse` refused; nothing if it did not. That it takes one line is checked here for all.
template <class Parse>
std::optional<Refusal> refusal_of(Parse&& parse) {
    try {
        static_cast<void>(parse());
    } catch (const Failure& failure) {
        const std::string text = failure.what();
        CHECK_FALSE(text.empty());
        CHECK(std::none_of(text.begin(), text.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
        return Refusal{failure.status(), text};
    }
    return std::nullopt;
}

// The refusal of what must be refused as wrong usage.
template <class Parse>
std::string usage_error_of(Parse&& parse) {
    const auto refusal = refusal_of(parse);
    REQUIRE(refusal.has_value());
    CHECK(refusal->status == ExitStatus::Usage);
    return refusal->text;
}

}  // namespace pipeline::test
