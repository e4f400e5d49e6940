// SPDX-License-Identifier: Apache-2.0
// Text that any reader can decode. What an invoice says comes from outside and may hold anything; a
// ledger row with a broken byte in it would stop a reader that insists on UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// The bytes of the character that `text` begins with (Unicode, table 3-7); 0 if it begins with none, or with
// NUL.
[[nodiscard]] std::size_t character_length(std::string_view text) noexcept;

// `text` itself if it is well-formed UTF-8 (Unicode, table 3-7) without NUL. Otherwise a copy in `buffer`
// in which each NUL and each byte that belongs to no character is U+FFFD. The view lives as long as what
// it points into. Throws std::bad_alloc.
[[nodiscard]] std::string_view readable_utf8(std::string_view text, std::string& buffer);

}  // namespace pipeline
