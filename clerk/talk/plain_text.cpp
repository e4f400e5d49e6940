// SPDX-License-Identifier: Apache-2.0
#include "clerk/talk/plain_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace pipeline {
namespace {

constexpr std::size_t kLeastForLast = 10;  // a terminal that is narrower than the rest breaks its lines

bool continues_character(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

}  // namespace

std::size_t terminal_columns() noexcept {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::size_t characters_in(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::string cut_to(std::string_view text, std::size_t columns) {
    constexpr std::string_view kCut = "...";
    if (characters_in(text) <= columns) return std::string(text);
    std::size_t left = columns - std::min(columns, kCut.size());
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        if (continues_character(text[end])) continue;
        if (left == 0) break;
        --left;
    }
    return std::string(text.substr(0, end)) + std::string(kCut.substr(0, std::min(columns, kCut.size())));
}

std::string table_text(const std::vector<std::vector<std::string>>& rows, std::size_t most_wide,
                       std::size_t columns) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], std::min(characters_in(row[i]), most_wide));
    }
    std::string text;
    for (const auto& row : rows) {
        std::size_t at = 0;
        std::string line;
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            const std::size_t characters = characters_in(row[i]);
            const std::size_t width = std::max(characters, widths[i]) + 2;
            line += row[i] + std::string(width - characters, ' ');
            at += width;
        }
        if (!row.empty()) {
            const std::size_t room = std::max(columns - std::min(columns, at), kLeastForLast);
            line += columns == 0 ? row.back() : cut_to(row.back(), room);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

}  // namespace pipeline
