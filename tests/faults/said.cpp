// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/said.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/text.hpp"

namespace pipeline::test {
namespace {

constexpr std::size_t kLongestLine = 600;  // with the paths of a test

bool holds_all(const std::string& line, const std::vector<std::string>& parts) {
    return std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return mentions(line, part); });
}

// Without the time, the program and its pid.
std::string text_of(const std::string& line) {
    const auto bracket = line.find("] ");
    return bracket == std::string::npos ? line : line.substr(bracket + 2);
}

}  // namespace

void require_said(Process& process, const std::string& fault, const std::vector<std::string>& parts) {
    std::string found;
    eventually([&] {
        const bool ended = !process.is_running();
        for (const auto& line : lines_of(process.err())) {
            if (holds_all(line, parts)) found = line;
        }
        return !found.empty() || ended;
    });
    INFO(fault << ": it has said:\n" << process.err());
    REQUIRE_FALSE(found.empty());
    CHECK(found.size() <= kLongestLine);
    fmt::print("  {}: {}\n", fault, text_of(found));
}

std::size_t lines_with(const Process& process, const std::string& part) {
    return lines_with(process.err(), part).size();
}

}  // namespace pipeline::test
