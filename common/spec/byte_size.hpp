// SPDX-License-Identifier: Apache-2.0
// Memory sizes on the command line: a whole number and a unit, KiB, MiB or GiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

// Returns the size in bytes, within [least, most]; also accepts "0", which means no limit. Throws
// std::invalid_argument for any other text; what() says what is accepted.
[[nodiscard]] std::uint64_t parse_byte_size(std::string_view text, std::uint64_t least, std::uint64_t most);
// The same without "0".
[[nodiscard]] std::uint64_t parse_byte_count(std::string_view text, std::uint64_t least, std::uint64_t most);
// Returns `bytes`, a multiple of 1 KiB, as text in the largest unit that gives a whole number.
// parse_byte_size() reverses it.
[[nodiscard]] std::string byte_size_text(std::uint64_t bytes);

}  // namespace pipeline
