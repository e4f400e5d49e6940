// SPDX-License-Identifier: Apache-2.0
// Questions about a text.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.hpp"

namespace pipeline::test {

[[nodiscard]] inline bool mentions(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// How often `part` stands in the text.
[[nodiscard]] inline std::size_t times_in(std::string_view text, std::string_view part) {
    std::size_t times = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++times;
    return times;
}

[[nodiscard]] inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// The lines of the text that mention `part`.
[[nodiscard]] inline std::vector<std::string> lines_with(const std::string& text, std::string_view part) {
    std::vector<std::string> found;
    for (const auto& line : lines_of(text)) {
        if (mentions(line, part)) found.push_back(line);
    }
    return found;
}

// Without a matcher: those for texts are named differently in Catch2 2 and 3.
inline void check_mentions(const std::string& text, const std::string& part) {
    CAPTURE(text, part);
    CHECK(mentions(text, part));
}

}  // namespace pipeline::test
