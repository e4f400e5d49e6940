// SPDX-License-Identifier: Apache-2.0
// Patterns of reasons, for PostgreSQL. People write them as SQLite's GLOB has them
// (https://www.sqlite.org/lang_expr.html#glob): * is any text, ? one character, [...] one of a set, [^...]
// one that is not in it. There is no escape: [*] is an asterisk.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

// Returns the regular expression that matches exactly the texts that the pattern does, as a whole; none if
// the pattern matches no text (a set without its end, or bytes that are not UTF-8).
[[nodiscard]] std::optional<std::string> regex_of_glob(std::string_view pattern);

}  // namespace pipeline
