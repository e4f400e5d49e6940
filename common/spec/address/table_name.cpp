// SPDX-License-Identifier: Apache-2.0
// https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS. The server would cut a
// longer name off, and fold letters beyond ASCII as its locale has it: such names are refused, or need
// quotes.
#include "common/spec/address/table_name.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "common/base/utf8.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMostBytes = 63;  // NAMEDATALEN - 1

[[noreturn]] void refuse() {
    throw std::invalid_argument(
        "NAME or SCHEMA.NAME is accepted, of letters, digits and _ or in double quotes, of up to 63 bytes "
        "each");
}

bool is_first(char c) noexcept {
    return (c >= 'a' && c <= 'z') || c == '_';
}

bool is_plain(char c) noexcept {
    return is_first(c) || (c >= '0' && c <= '9');
}

bool is_plain(std::string_view name) noexcept {
    return is_first(name.front()) &&
           std::all_of(name.begin(), name.end(), [](char c) { return is_plain(c); });
}

std::string quoted(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + '"';
}

// Takes the next name off `rest`.
std::string take_name(std::string_view& rest) {
    std::string name;
    if (rest.starts_with('"')) {
        for (std::size_t i = 1; i < rest.size(); ++i) {
            if (rest[i] != '"') {
                name += rest[i];
            } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
                name += rest[i++];
            } else {
                rest.remove_prefix(i + 1);
                return name;
            }
        }
        refuse();
    }
    const auto end = std::min(rest.find('.'), rest.size());
    for (const char c : rest.substr(0, end))
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (name.empty() || !is_plain(name)) refuse();
    rest.remove_prefix(end);
    return name;
}

void require_name(std::string_view name) {
    const bool has_control = std::any_of(
        name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    if (name.empty() || name.size() > kMostBytes || has_control || !is_readable_utf8(name)) refuse();
}

std::string shown(std::string_view name) {
    return is_plain(name) ? std::string(name) : quoted(name);
}

}  // namespace

std::string TableName::text() const {
    return schema.empty() ? shown(name) : shown(schema) + "." + shown(name);
}

std::string TableName::sql() const {
    return schema.empty() ? quoted(name) : quoted(schema) + "." + quoted(name);
}

TableName parse_table_name(std::string_view text) {
    TableName table;
    table.name = take_name(text);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        table.schema = std::move(table.name);
        table.name = take_name(text);
        require_name(table.schema);
    }
    require_name(table.name);
    if (!text.empty()) refuse();
    return table;
}

}  // namespace pipeline
