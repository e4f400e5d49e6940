// SPDX-License-Identifier: Apache-2.0
#include "common/base/printable.hpp"

#include <algorithm>

#include "common/base/utf8.hpp"

namespace pipeline {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// The command characters (printable.hpp): in Unicode 15, they have category Cc, Zl or Zp, or the property
// Bidi_Control.
constexpr std::array kCommands{Range{0x0000, 0x001f}, Range{0x007f, 0x009f}, Range{0x061c, 0x061c},
                               Range{0x200e, 0x200f}, Range{0x2028, 0x202e}, Range{0x2066, 0x2069}};

// The invisible characters (printable.hpp): in Unicode 15, they have category Cf or the property
// Default_Ignorable_Code_Point. Characters in kCommands are left out.
constexpr std::array kUnseen{
    Range{0x00ad, 0x00ad},   Range{0x034f, 0x034f},   Range{0x0600, 0x0605},   Range{0x06dd, 0x06dd},
    Range{0x070f, 0x070f},   Range{0x0890, 0x0891},   Range{0x08e2, 0x08e2},   Range{0x115f, 0x1160},
    Range{0x17b4, 0x17b5},   Range{0x180b, 0x180f},   Range{0x200b, 0x200d},   Range{0x2060, 0x2065},
    Range{0x206a, 0x206f},   Range{0x3164, 0x3164},   Range{0xfe00, 0xfe0f},   Range{0xfeff, 0xfeff},
    Range{0xffa0, 0xffa0},   Range{0xfff0, 0xfffb},   Range{0x110bd, 0x110bd}, Range{0x110cd, 0x110cd},
    Range{0x13430, 0x1343f}, Range{0x1bca0, 0x1bca3}, Range{0x1d173, 0x1d17a}, Range{0xe0000, 0xe0fff}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t point) noexcept {
    return std::any_of(ranges.begin(), ranges.end(),
                       [point](const Range& range) { return point >= range.first && point <= range.last; });
}

// Returns the code point of the first character of `text`. That character has `length` bytes.
char32_t code_point(std::string_view text, std::size_t length) noexcept {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (length == 1) return byte(0);
    char32_t point = byte(0) & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) point = point << 6U | (byte(i) & 0x3fU);
    return point;
}

bool is_plain(char c) noexcept {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
}

PrintableChar escaped(char c) noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {{'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xfU]}, 4, 1};
}

// True if `text` begins like an escape, \xNN. printable() then escapes the backslash, so that \xNN in its
// result is always an escape. Any other backslash can stay: the characters after it are shown as they are, or
// as an escape, which begins with a backslash of its own.
bool looks_escaped(std::string_view text) noexcept {
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return text.size() >= 4 && text.starts_with("\\x") && is_digit(text[2]) && is_digit(text[3]);
}

// Returns the safe form of `text`. `first(rest)` returns the safe form of the first character of `rest`.
template <class First>
std::string shown(std::string_view text, First&& first) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const PrintableChar character = first(text);
        shown += character.shown();
        text.remove_prefix(character.taken);
    }
    return shown;
}

}  // namespace

PrintableChar first_printable(std::string_view text) noexcept {
    if (is_plain(text[0])) return {{text[0]}, 1, 1};
    const std::size_t length = character_length(text);
    if (length == 0) return escaped(text[0]);
    const char32_t point = code_point(text, length);
    if (is_in(kCommands, point) || is_in(kUnseen, point)) return escaped(text[0]);
    PrintableChar whole{{}, length, length};
    text.copy(whole.bytes.data(), length);
    return whole;
}

std::string printable(std::string_view name) {
    return shown(name, [](std::string_view rest) {
        return looks_escaped(rest) ? escaped('\\') : first_printable(rest);
    });
}

std::string in_quotes(std::string_view value) {
    constexpr std::size_t kMaxShown = 300;
    std::string quoted = "'";
    quoted += printable(value.substr(0, kMaxShown));
    if (value.size() > kMaxShown) quoted += "...";
    quoted += '\'';
    return quoted;
}

std::string safe_line(std::string_view text) {
    return shown(text, first_printable);
}

std::string safe_lines(std::string_view text) {
    return shown(text, [](std::string_view rest) {
        return rest[0] == '\n' ? PrintableChar{{'\n'}, 1, 1} : first_printable(rest);
    });
}

bool is_command(std::string_view text) noexcept {
    if (is_plain(text[0])) return false;
    const std::size_t length = character_length(text);
    return length == 0 ? text.starts_with('\0') : is_in(kCommands, code_point(text, length));
}

}  // namespace pipeline
