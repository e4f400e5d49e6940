// SPDX-License-Identifier: Apache-2.0
// The characters of the encodings that have one byte for each (ISO-8859-2, windows-1252 and their kind), by
// iconv.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace pipeline {

// The Unicode character of each byte; -1 for a byte that stands for none.
using ByteCharacters = std::array<int, 256>;

// Returns the characters of the encoding with that name, as an XML declaration gives it. None if iconv does
// not know the encoding, if a character has more than one byte in it, or if it does not extend ASCII.
[[nodiscard]] std::optional<ByteCharacters> single_byte_encoding(std::string_view name);

}  // namespace pipeline
