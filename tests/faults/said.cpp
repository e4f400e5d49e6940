// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/said.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "tests/support/catch.hpp"

namespace pipeline::test {
namespace {

constexpr std::size_t kLongestLine = 600;  // with the paths of a test

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

bool holds(const std::string& line, const std::string& part) {
    return line.find(part) != std::string::npos;
}

bool holds_all(const std::string& line, const std::vector<std::string>& parts) {
    return std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return holds(line, part); });
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
    const auto lines = lines_of(process.err());
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&](const auto& line) { return holds(line, part); }));
}

}  // namespace pipeline::test
