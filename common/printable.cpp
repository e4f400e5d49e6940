// SPDX-License-Identifier: Apache-2.0
#include "common/printable.hpp"

#include "common/utf8.hpp"

namespace pipeline {
namespace {

// Of the character that `text` begins with, whose length is not 0.
bool is_control(std::string_view text) noexcept {
    const auto first = static_cast<unsigned char>(text[0]);
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (first == 0xc2) return static_cast<unsigned char>(text[1]) < 0xa0;
    return first < 0x20 || first == 0x7f;
}

}  // namespace

PrintableChar first_printable(std::string_view text) noexcept {
    const std::size_t length = character_length(text);
    if (length != 0 && !is_control(text)) {
        PrintableChar whole{{}, length, length};
        text.copy(whole.bytes.data(), length);
        return whole;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(text[0]);
    return {{'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xfU]}, 4, 1};
}

std::string printable(std::string_view text) {
    std::string line;
    while (!text.empty()) {
        const PrintableChar character = first_printable(text);
        line += character.shown();
        text.remove_prefix(character.taken);
    }
    return line;
}

}  // namespace pipeline
