// SPDX-License-Identifier: Apache-2.0
#include "observer/screen/picture.hpp"

#include <algorithm>

#include "common/base/printable.hpp"

namespace pipeline {
namespace {

bool begins_character(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

}  // namespace

int length_of(std::string_view text) noexcept {
    return static_cast<int>(std::count_if(text.begin(), text.end(), begins_character));
}

std::size_t offset_of(std::string_view text, int n) noexcept {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (begins_character(text[at]) && n-- == 0) break;
    }
    return at;
}

std::string cut(std::string_view text, int columns) {
    if (columns <= 0) return {};
    if (length_of(text) <= columns) return std::string(text);
    return std::string(text.substr(0, offset_of(text, columns - 1))) + '~';
}

std::string cut_middle(std::string_view text, int columns) {
    const int length = length_of(text);
    if (length <= columns || columns < 3) return cut(text, columns);
    const int before = (columns - 1) / 2;
    const int after = columns - 1 - before;
    return std::string(text.substr(0, offset_of(text, before))) + '~' +
           std::string(text.substr(offset_of(text, length - after)));
}

int Picture::put(int row, int column, std::string_view given, Style style) {
    const std::string text = safe_line(given);
    const int length = length_of(text);
    if (row >= 0 && row < size_.rows && column >= 0 && column < size_.columns && length != 0)
        pieces_.push_back({row, column, cut(text, size_.columns - column), style});
    return column + length;
}

void Picture::put_right(int row, int column, int width, std::string_view text, Style style) {
    const std::string shown = cut(text, width);
    put(row, column + width - length_of(shown), shown, style);
}

void Picture::put_over(int row, int column, std::string_view text, Style style) {
    std::string whole = cut(text, size_.columns - column);
    whole.append(static_cast<std::size_t>(std::max(0, size_.columns - column - length_of(whole))), ' ');
    put(row, column, whole, style);
}

std::vector<std::string> Picture::lines() const {
    std::vector<std::string> lines(static_cast<std::size_t>(std::max(0, size_.rows)));
    for (const Piece& piece : pieces_) {
        std::string& line = lines[static_cast<std::size_t>(piece.row)];
        const int end = piece.column + length_of(piece.text);
        const int blanks = std::max(0, end - length_of(line));
        line.append(static_cast<std::size_t>(blanks), ' ');
        const std::size_t from = offset_of(line, piece.column);
        line.replace(from, offset_of(line, end) - from, piece.text);
    }
    for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
    return lines;
}

}  // namespace pipeline
