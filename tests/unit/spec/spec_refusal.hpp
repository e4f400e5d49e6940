// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of values on the command line: the text with which one is refused, and paths here.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace pipeline::test {

// The text that says what is accepted if `parse` refuses; "accepted" if it does not.
template <class Parse>
std::string refusal_of_value(Parse&& parse) {
    try {
        static_cast<void>(parse());
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

inline std::string here(const std::string& file) {
    return (std::filesystem::current_path() / file).native();
}

}  // namespace pipeline::test
