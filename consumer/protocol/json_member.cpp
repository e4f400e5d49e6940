// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/json_member.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace pipeline {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::size_t after_blanks(std::string_view json, std::size_t at) noexcept {
    return std::min(json.find_first_not_of(kBlanks, at), json.size());
}

// Returns the offset after the string that begins at `at` with its quotation mark.
std::size_t after_string(std::string_view json, std::size_t at) noexcept {
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        if (json[at] == '\\') ++at;
    }
    return std::min(at + 1, json.size());
}

// Returns the offset after the value that begins at `at`, and the blanks that follow it.
std::size_t after_value(std::string_view json, std::size_t at) noexcept {
    std::size_t depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = after_string(json, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}')) break;
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        ++at;
    }
    return at;
}

// True if `text`, a string with its quotation marks, means `name`.
bool is_name(std::string_view text, std::string_view name) {
    if (text.find('\\') == std::string_view::npos) return text.substr(1, text.size() - 2) == name;
    const auto value = nlohmann::json::parse(text, nullptr, false);
    return value.is_string() && value.get_ref<const std::string&>() == name;
}

}  // namespace

std::string_view last_member(std::string_view json, std::string_view name) {
    std::string_view found;
    std::size_t at = json.find('{');
    while (at < json.size() && json[at] != '}') {
        at = after_blanks(json, at + 1);  // after the brace or a comma
        if (at == json.size() || json[at] != '"') break;
        const std::size_t end = after_string(json, at);
        const bool is_wanted = is_name(json.substr(at, end - at), name);
        const std::size_t begin = after_blanks(json, after_blanks(json, end) + 1);  // after the colon
        at = after_value(json, begin);
        if (!is_wanted) continue;
        found = json.substr(begin, at - begin);
        found.remove_suffix(found.size() - (found.find_last_not_of(kBlanks) + 1));
    }
    return found;
}

}  // namespace pipeline
