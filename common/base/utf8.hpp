// SPDX-License-Identifier: Apache-2.0
// Makes text that any reader can decode. An invoice comes from outside and may hold any bytes; a ledger row
// with malformed UTF-8 would stop a reader that insists on UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// Returns the length in bytes of the first character of `text` (Unicode, table 3-7); 0 if that character is
// malformed or NUL, or if the text is empty.
[[nodiscard]] std::size_t character_length(std::string_view text) noexcept;

// True if `text` is well-formed UTF-8 without NUL.
[[nodiscard]] bool is_readable_utf8(std::string_view text) noexcept;

// Returns `text` itself if it is well-formed UTF-8 (Unicode, table 3-7) without NUL. Otherwise makes a copy
// in `buffer` and returns that; in the copy U+FFFD replaces each NUL and each byte that belongs to no
// character. The view is valid as long as the text or buffer that it points into. Throws std::bad_alloc.
[[nodiscard]] std::string_view readable_utf8(std::string_view text, std::string& buffer);

}  // namespace pipeline
