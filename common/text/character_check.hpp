// SPDX-License-Identifier: Apache-2.0
// Checks a document for two faults that pugixml does not report: bytes that are not UTF-8, and NUL bytes, at
// which pugixml would stop reading. The check is one fast pass before parsing, since parsing changes the
// buffer. It ignores the other control characters that XML 1.0 forbids: they do no harm.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pipeline {

struct BadCharacters {
    std::optional<std::size_t> nul;       // offset of the first NUL
    std::optional<std::size_t> not_utf8;  // offset of the first sequence that is not UTF-8
};

// Searches `text` up to the first NUL. Ignore `not_utf8` if the text has another encoding that extends ASCII,
// such as ISO-8859-1.
[[nodiscard]] BadCharacters find_bad_characters(std::string_view text) noexcept;

// True if `text` is UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// True if `text` begins like a UTF-16 or UTF-32 document: with a byte order mark, or a `<` padded with NULs.
[[nodiscard]] bool has_wide_characters(std::string_view text) noexcept;

// The line and column of an offset in a UTF-8 text, for people: both count from 1, columns in characters. An
// offset beyond the text means its end.
struct TextPosition {
    std::size_t line = 1;
    std::size_t column = 1;
};
[[nodiscard]] TextPosition position_of(std::string_view text, std::size_t offset) noexcept;

}  // namespace pipeline
