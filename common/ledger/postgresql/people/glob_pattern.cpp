// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/glob_pattern.hpp"

#include "common/base/utf8.hpp"

namespace pipeline {
namespace {

// Takes the first character, which may have several bytes, off `text`; empty if there is none.
std::string_view take_character(std::string_view& text) {
    const std::string_view first = text.substr(0, character_length(text));
    text.remove_prefix(first.size());
    return first;
}

// In PostgreSQL's expressions, a backslash before a character that is neither letter nor digit makes it stand
// for itself, in a set too. Bytes above ASCII always do. (UTF-8 sorts like the characters' numbers.)
void append_literal(std::string& regex, std::string_view character) {
    const auto byte = static_cast<unsigned char>(character.front());
    const bool is_word = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                         (byte >= 'a' && byte <= 'z') || byte >= 0x80 || byte <= ' ';
    if (!is_word) regex += '\\';
    regex += character;
}

// Translates the set whose '[' was taken off `pattern`, and takes it off. Returns false if it has no end.
bool append_set(std::string& regex, std::string_view& pattern) {
    std::string set;
    std::string_view character = take_character(pattern);
    const bool is_inverted = character == "^";
    if (is_inverted) character = take_character(pattern);
    if (character == "]") {  // the first one belongs to the set
        append_literal(set, character);
        character = take_character(pattern);
    }
    std::string_view before;  // a range may begin with it
    for (; !character.empty() && character != "]"; character = take_character(pattern)) {
        const bool is_range = character == "-" && !before.empty() && !pattern.empty() && pattern[0] != ']';
        if (!is_range) {
            append_literal(set, character);
            before = character;
            continue;
        }
        const std::string_view last = take_character(pattern);
        if (before <= last) {  // else nothing is in the range
            append_literal(set, before);
            set += '-';
            append_literal(set, last);
        }
        before = {};
    }
    if (character.empty()) return false;
    regex += is_inverted ? "[^" : "[";
    regex += set;
    regex += ']';
    return true;
}

}  // namespace

std::optional<std::string> regex_of_glob(std::string_view pattern) {
    if (!is_readable_utf8(pattern)) return std::nullopt;
    std::string regex = "^";
    while (!pattern.empty()) {
        const std::string_view character = take_character(pattern);
        if (character == "*") {
            if (!regex.ends_with(".*")) regex += ".*";
        } else if (character == "?") {
            regex += '.';
        } else if (character == "[") {
            if (!append_set(regex, pattern)) return std::nullopt;
        } else {
            append_literal(regex, character);
        }
    }
    return regex + '$';
}

}  // namespace pipeline
