// SPDX-License-Identifier: Apache-2.0
#include "common/base/utf8.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Returns the length of the well-formed prefix of `text`.
std::size_t readable_prefix(std::string_view text) noexcept {
    std::size_t end = 0;
    while (end < text.size()) {
        const std::size_t length = character_length(text.substr(end));
        if (length == 0) break;
        end += length;
    }
    return end;
}

}  // namespace

std::size_t character_length(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
    };
    const auto continues = [byte](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    const unsigned second = byte(1);
    if (first < 0x80) return first == 0 ? 0 : 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool overlong = first == 0xe0 && second < 0xa0;
        const bool surrogate = first == 0xed && second > 0x9f;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool overlong = first == 0xf0 && second < 0x90;
        const bool beyond = first == 0xf4 && second > 0x8f;
        return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

bool is_readable_utf8(std::string_view text) noexcept {
    return readable_prefix(text) == text.size();
}

std::string_view readable_utf8(std::string_view text, std::string& buffer) {
    std::size_t good = readable_prefix(text);
    if (good == text.size()) return text;
    buffer.clear();
    for (;;) {
        buffer.append(text.substr(0, good));
        text.remove_prefix(good);
        if (text.empty()) return buffer;
        buffer.append(kReplacement);
        text.remove_prefix(1);
        good = readable_prefix(text);
    }
}

}  // namespace pipeline
