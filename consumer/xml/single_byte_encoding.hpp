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

// Returns the characters of the encoding with that name, as an XML declaration gives it: ISO-8859-1 to -16
// (latin1 to latin10), windows-1250 to -1258, KOI8-R and -U, and the code pages 437, 850, 852, 855, 858 and
// 866. None if it is another one, or if iconv does not know it.
[[nodiscard]] std::optional<ByteCharacters> single_byte_encoding(std::string_view name);

}  // namespace pipeline
