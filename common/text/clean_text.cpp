// SPDX-License-Identifier: Apache-2.0
#include "common/text/clean_text.hpp"

#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"

namespace pipeline {
namespace {

bool is_continuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

// True if `text` is well-formed UTF-8, perhaps with NULs.
bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = text.front() == '\0' ? 1 : character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace

void clean_text(std::string_view text, std::string& clean) {
    clean.clear();
    const bool ascii_only = !is_utf8(text);
    bool blank = false;
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        const std::size_t length = byte < 0x80 || ascii_only ? 1 : character_length(text);
        const std::string_view character = text.substr(0, length);
        text.remove_prefix(length);
        if (byte == ' ' || is_command(character)) {
            blank = true;
            continue;
        }
        if (blank && !clean.empty()) clean += ' ';
        blank = false;
        if (ascii_only && byte >= 0x80) {
            clean += '?';
        } else {
            clean += character;
        }
    }
}

std::string quoted(std::string_view text, std::size_t longest) {
    std::string clean;
    clean_text(text.substr(0, 4 * longest), clean);
    if (clean.size() > longest) {
        std::size_t end = longest;
        while (end > 0 && is_continuation(clean[end])) --end;
        clean.resize(end);
        clean += "...";
    }
    return '"' + clean + '"';
}

}  // namespace pipeline
