// SPDX-License-Identifier: Apache-2.0
#include "clerk/rows/row_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>

#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"

namespace pipeline {
namespace {

using Kind = LedgerColumn::Kind;

// Appends the character, which is one or more bytes of UTF-8, as \uXXXX, in surrogates if it needs them.
void append_escaped(std::string_view character, std::string& to) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    std::uint32_t code = byte(0);
    if (character.size() > 1) code &= 0x7fU >> character.size();
    for (std::size_t i = 1; i < character.size(); ++i) code = code << 6U | (byte(i) & 0x3fU);
    const auto out = std::back_inserter(to);
    if (code < 0x10000) {
        fmt::format_to(out, "\\u{:04x}", code);
    } else {
        code -= 0x10000;
        fmt::format_to(out, "\\u{:04x}\\u{:04x}", 0xd800U + (code >> 10U), 0xdc00U + (code & 0x3ffU));
    }
}

// Appends the text as a JSON string that decodes to it exactly (but U+FFFD for what is not UTF-8). Escapes
// every character that is not safe to show.
void append_json_text(std::string_view given, std::string& to) {
    std::string copy;
    std::string_view text = readable_utf8(given, copy);
    to += '"';
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(character_length(text), 1);
        const std::string_view character = text.substr(0, length);
        if (character == "\"" || character == "\\") {
            (to += '\\') += character;
        } else if (character == "\n") {
            to += "\\n";
        } else if (first_printable(text).shown() == character) {
            to += character;
        } else {
            append_escaped(character, to);
        }
        text.remove_prefix(length);
    }
    to += '"';
}

bool is_text(const LedgerColumn& column) noexcept {
    return column.kind == Kind::Text || column.kind == Kind::Hex;
}

void append_csv_text(std::string_view given, std::string& to) {
    const std::string text = safe_lines(given);
    if (text.find_first_of(",\"\n") == std::string::npos && !text.empty()) {
        to += text;
        return;
    }
    to += '"';
    for (const char c : text) {
        if (c == '"') to += '"';
        to += c;
    }
    to += '"';
}

}  // namespace

std::string csv_heading() {
    std::string line;
    for (const LedgerColumn& column : kLedgerColumns) (line += line.empty() ? "" : ",") += column.name;
    return line + "\r\n";
}

void append_csv(const LedgerRow& row, std::string& to) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i != 0) to += ',';
        if (!row[i].is_set) continue;
        if (is_text(kLedgerColumns[i])) {
            append_csv_text(row[i].text, to);
        } else {
            to += fmt::format_int(row[i].number).c_str();
        }
    }
    to += "\r\n";
}

void append_json(const LedgerRow& row, std::string& to) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        ((to += i == 0 ? "{\"" : ",\"") += kLedgerColumns[i].name) += "\":";
        if (!row[i].is_set) {
            to += "null";
        } else if (is_text(kLedgerColumns[i])) {
            append_json_text(row[i].text, to);
        } else {
            to += fmt::format_int(row[i].number).c_str();
        }
    }
    to += "}\n";
}

}  // namespace pipeline
