// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/ledger_id.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "common/base/printable.hpp"
#include "common/core/item.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
constexpr std::uint64_t kHighBits = kOnes * 0x80;

constexpr std::uint64_t all(char c) noexcept {
    return kOnes * static_cast<unsigned char>(c);
}

// The highest bit of some byte is set in the result if one of the word's bytes is zero, and only then
// (Warren, Hacker's Delight, 6-1).
constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
    return (word - kOnes) & ~word & kHighBits;
}

// True if the eight bytes of `word` are plain: 0x20 to 0x7e, and no backslash.
constexpr bool is_plain(std::uint64_t word) noexcept {
    const std::uint64_t below_blank = (word - all(' ')) & ~word;
    return ((word | below_blank) & kHighBits) == 0 &&
           (zero_bytes(word ^ all('\x7f')) | zero_bytes(word ^ all('\\'))) == 0;
}

// Version 0.1.0 took this for a control character, which it did not let into an id.
bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Returns the text under which version 0.1.0 recorded the id `id`.
FormerId former_form_of(std::string_view id) {
    if (id.size() > kInlineIdBytes || std::any_of(id.begin(), id.end(), is_control)) {
        Item item;
        item.set_safe_id(id);
        return {item.shown_id(), false};
    }
    // A text that is not safe to show is never a form of this version, so its row has the id's own bytes.
    return {std::string(id), safe_line(id) != id};
}

}  // namespace

bool is_plain_id(std::string_view id) noexcept {
    std::uint64_t word = 0;
    for (; id.size() >= sizeof word; id.remove_prefix(sizeof word)) {
        std::memcpy(&word, id.data(), sizeof word);
        if (!is_plain(word)) return false;
    }
    word = all('0');
    if (!id.empty()) std::memcpy(&word, id.data(), id.size());
    return is_plain(word);
}

std::vector<FormerId> former_ids(std::string_view id, std::uint64_t position) {
    std::vector<FormerId> former;
    if (id.size() > kInlineIdBytes || !is_plain_id(id)) {
        former.push_back(former_form_of(id));
        if (former.back().text == printable(id)) former.pop_back();
    }
    if (position == 0) {
        former.push_back(former_form_of("\xef\xbb\xbf" + std::string(id)));
        former.back().is_certain = false;
    }
    return former;
}

std::string stored_id(std::string_view id) {
    return is_plain_id(id) ? std::string(id) : printable(id);
}

std::string id_of_stored(std::string_view stored) {
    constexpr std::size_t kEscape = 4;  // \xNN
    std::string id;
    id.reserve(stored.size());
    while (!stored.empty()) {
        unsigned byte = 0;
        const char* const digits = stored.data() + 2;
        // printable() writes small digits; another text is no escape, and is stored as it is.
        const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
        if (stored.size() >= kEscape && stored.starts_with("\\x") && is_digit(digits[0]) &&
            is_digit(digits[1])) {
            std::from_chars(digits, digits + 2, byte, 16);
            id += static_cast<char>(byte);
            stored.remove_prefix(kEscape);
        } else {
            id += stored.front();
            stored.remove_prefix(1);
        }
    }
    return id;
}

}  // namespace pipeline
