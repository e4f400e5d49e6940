// SPDX-License-Identifier: Apache-2.0
// Reads a table that has one row for each kind (of sources, processors or ledgers): finds the row that
// matches a text, and lists the forms of the rows for people. A row has a `kind`, a `word`, an `argument`,
// and `forms`, separated by '|', with notes in parentheses. Only the files that define such tables include
// this file.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec/spec_argument.hpp"

namespace pipeline {

// True if the index of each row is the number of the row's kind.
template <class Rows>
constexpr bool are_in_order(const Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].kind) != i) return false;
    }
    return true;
}

// The row that matches a text, and the text's argument. `row` is nullptr if no row matches.
template <class Traits>
struct Match {
    const Traits* row = nullptr;
    std::string_view argument;  // empty if the text has none
    bool has_argument = false;
};

// Finds the row that matches a text. A row whose word is the whole text ("lines:-") wins over a row whose
// word takes an argument ("lines").
template <class Traits, std::size_t size>
Match<Traits> match(const std::array<Traits, size>& rows, std::string_view text) noexcept {
    Match<Traits> found;
    for (const Traits& row : rows) {
        const bool may_be_bare = row.argument == SpecArgument::None || row.argument == SpecArgument::Count;
        if (may_be_bare && text == row.word) return {&row, {}, false};
        const std::string_view rest = text.starts_with(row.word) ? text.substr(row.word.size()) : "";
        if (row.argument != SpecArgument::None && rest.starts_with(':')) found = {&row, rest.substr(1), true};
    }
    return found;
}

// Returns "A, B or C"; `last` is the separator before the last form.
inline std::string join(const std::vector<std::string_view>& forms, std::string_view last) {
    std::string text;
    for (std::size_t i = 0; i < forms.size(); ++i) {
        if (i != 0) text += i + 1 == forms.size() ? last : ", ";
        text += forms[i];
    }
    return text;
}

template <class Rows>
std::vector<std::string> words_of(const Rows& rows) {
    std::vector<std::string> words;
    words.reserve(std::size(rows));
    for (const auto& row : rows) words.emplace_back(row.word);
    return words;
}

template <class Rows>
std::string all_forms(const Rows& rows) {
    std::vector<std::string_view> forms;
    for (const auto& row : rows) {
        std::string_view rest = row.forms;
        for (auto bar = rest.find('|'); bar != std::string_view::npos; bar = rest.find('|')) {
            forms.push_back(rest.substr(0, bar));
            rest.remove_prefix(bar + 1);
        }
        forms.push_back(rest);
    }
    return join(forms, " or ");
}

template <class Traits, std::size_t size>
std::string short_forms(const std::array<Traits, size>& rows, bool (*fits)(const Traits&),
                        std::string_view last) {
    std::vector<std::string_view> forms;
    for (const Traits& row : rows) {
        if (fits(row)) forms.push_back(row.forms.substr(0, row.forms.find_first_of("| ")));
    }
    return join(forms, last);
}

template <class Rows>
[[noreturn]] void refuse(const Rows& rows) {
    throw std::invalid_argument(all_forms(rows) + " is accepted");
}

// Calls `parse` with the argument that follows a word; puts the word into the message of an error.
template <class Parse>
auto parse_after(std::string_view word, std::string_view argument, Parse parse) {
    try {
        return parse(argument);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(fmt::format("after '{}:' {}", word, error.what()));
    }
}

}  // namespace pipeline
