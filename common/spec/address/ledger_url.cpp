// SPDX-License-Identifier: Apache-2.0
#include "common/spec/address/ledger_url.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace pipeline {
namespace {

constexpr std::size_t kMaxUrlBytes = 1000;

// Returns the text with %XX replaced by the bytes that they stand for.
std::string decoded(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const bool is_coded =
            text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3;
        bytes += is_coded ? static_cast<char>(value) : text[i];
        if (is_coded) i += 2;
    }
    return bytes;
}

// True for the words of a query whose values are secrets.
bool is_secret(std::string_view word) {
    const std::string name = decoded(word);
    return name == "password" || name == "sslpassword";
}

bool has_secret(std::string_view authority, std::string_view query) {
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos)
        return true;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        if (is_secret(query.substr(0, std::min(query.find('='), end)))) return true;
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return false;
}

}  // namespace

std::string parse_postgresql_url(std::string_view argument) {
    const auto is_odd = [](char c) { return c <= ' ' || c > '~'; };
    if (!argument.starts_with("//") || argument.size() > kMaxUrlBytes ||
        std::any_of(argument.begin(), argument.end(), is_odd)) {
        throw std::invalid_argument("//[USER@]HOST[:PORT][,HOST...]/DATABASE[?...] is accepted");
    }
    const std::string_view rest = argument.substr(2);
    const auto question = std::min(rest.find('?'), rest.size());
    const std::string_view query = rest.substr(std::min(question + 1, rest.size()));
    if (has_secret(rest.substr(0, std::min(rest.find('/'), question)), query)) {
        throw std::invalid_argument(
            "a password is refused, because everybody sees a command line: a file that PGPASSFILE or"
            " PGSERVICEFILE names, or a certificate, is accepted");
    }
    return "postgresql:" + std::string(argument);
}

}  // namespace pipeline
