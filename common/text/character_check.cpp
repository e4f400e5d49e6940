// SPDX-License-Identifier: Apache-2.0
#include "common/text/character_check.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace pipeline {
namespace {

using Byte = unsigned char;

constexpr std::size_t kBlock = 64;
constexpr std::ptrdiff_t kWord = 8;
// A vector of 16 bytes, an extension of GCC and clang: one operation works on all bytes at once. If the CPU
// has no 16-byte registers, the compilers generate ordinary code.
using Vector = Byte __attribute__((vector_size(16)));

// True if the kBlock bytes at `p` are ASCII without NUL.
bool is_plain_block(const char* p) noexcept {
    Vector bad{};
    for (std::size_t i = 0; i < kBlock; i += sizeof(Vector)) {
        Vector v;
        std::memcpy(&v, p + i, sizeof v);
        bad |= v | (v - 1);  // sets the high bit for NUL and for bytes from 0x80 on
    }
    std::uint64_t halves[2];
    std::memcpy(halves, &bad, sizeof halves);
    return ((halves[0] | halves[1]) & 0x8080808080808080U) == 0;
}

bool is_plain_word(const char* p) noexcept {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    // The subtraction from a NUL borrows from the next higher byte. A good byte may look bad because of that,
    // but a bad byte never looks good.
    return ((word | (word - 0x0101010101010101U)) & 0x8080808080808080U) == 0;
}

// The length of the UTF-8 sequence at `p`, 0 if there is none.
std::size_t sequence_length(const char* p, const char* end) noexcept {
    const auto at = [p](std::size_t i) { return static_cast<Byte>(p[i]); };
    const Byte lead = at(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || static_cast<std::size_t>(end - p) < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0U) != 0x80U) return 0;
    }
    const Byte second = at(1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool beyond = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
    return overlong || beyond ? 0 : length;
}

}  // namespace

BadCharacters find_bad_characters(std::string_view text) noexcept {
    BadCharacters found;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* p = begin;
    while (p != end) {
        if (static_cast<std::size_t>(end - p) >= kBlock && is_plain_block(p)) {
            p += kBlock;
            continue;
        }
        const char* const stop = p + std::min<std::size_t>(kBlock, static_cast<std::size_t>(end - p));
        while (p < stop) {
            while (stop - p >= kWord && is_plain_word(p)) p += kWord;
            if (p >= stop) break;
            const auto offset = static_cast<std::size_t>(p - begin);
            if (*p == '\0') {
                found.nul = offset;
                return found;
            }
            const std::size_t length = sequence_length(p, end);
            if (length == 0 && !found.not_utf8) found.not_utf8 = offset;
            p += std::max<std::size_t>(length, 1);
        }
    }
    return found;
}

bool is_utf8(std::string_view text) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p != end) {
        const std::size_t length = sequence_length(p, end);
        if (length == 0) return false;
        p += length;
    }
    return true;
}

bool has_wide_characters(std::string_view text) noexcept {
    if (text.size() < 2) return false;
    const auto first = static_cast<Byte>(text[0]);
    const auto second = static_cast<Byte>(text[1]);
    return (first == 0xfe && second == 0xff) || (first == 0xff && second == 0xfe) ||
           (first == 0 && (second == 0 || second == '<')) || (first == '<' && second == 0);
}

TextPosition position_of(std::string_view text, std::size_t offset) noexcept {
    TextPosition position;
    for (const char c : text.substr(0, std::min(offset, text.size()))) {
        if (c == '\n') {
            ++position.line;
            position.column = 1;
        } else if ((static_cast<Byte>(c) & 0xc0U) != 0x80U) {
            ++position.column;
        }
    }
    return position;
}

}  // namespace pipeline
