// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/plain_reason.hpp"

#include <algorithm>
#include <cstddef>

namespace pipeline {
namespace {

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_of_a_word(char c) noexcept {
    return (c >= '0' && c <= '9') || is_letter(c);
}

// True if the name is hardly a part of what a program says anyway: "a.xml" and "INV-17", not "255" or
// "wrong".
bool is_distinct(std::string_view name) noexcept {
    constexpr std::size_t kShortest = 4;
    const auto letters = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), is_letter));
    return name.size() >= kShortest && letters > 0 && letters < name.size();
}

// Replaces `name` by `sign` wherever it is no part of a longer word.
std::string replaced(std::string_view text, std::string_view name, std::string_view sign) {
    std::string result;
    std::size_t done = 0;
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (at < done) continue;
        if (at > 0 && is_of_a_word(text[at - 1])) continue;
        if (end < text.size() && is_of_a_word(text[end])) continue;
        result.append(text.substr(done, at - done)).append(sign);
        done = end;
    }
    return result.append(text.substr(done));
}

}  // namespace

std::string_view without_figures(std::string_view reason) noexcept {
    return reason.starts_with("BR-") ? reason.substr(0, reason.find(':')) : reason;
}

std::string without_id(std::string_view reason, std::string_view id) {
    std::string text(reason);
    if (is_distinct(id)) text = replaced(text, id, "{}");
    const auto slash = id.rfind('/');
    const auto name = slash == std::string_view::npos ? id : id.substr(slash + 1);
    if (name != id && is_distinct(name)) text = replaced(text, name, "{/}");
    const auto stem = name.substr(0, name.rfind('.'));
    return stem != name && is_distinct(stem) ? replaced(text, stem, "{/.}") : text;
}

std::string plain_reason(std::string_view reason, std::string_view id) {
    return without_id(without_figures(reason), id);
}

}  // namespace pipeline
