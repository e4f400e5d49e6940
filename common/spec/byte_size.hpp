// SPDX-License-Identifier: Apache-2.0
// Sizes of memory as the command line says them: a whole number and a unit, KiB, MiB or GiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

// In bytes, within [least, most]; "0" too, which means that there is no limit. Throws std::invalid_argument
// whose text says what is accepted.
[[nodiscard]] std::uint64_t parse_byte_size(std::string_view text, std::uint64_t least, std::uint64_t most);
// In the largest unit in which it is a whole number, a multiple of 1 KiB: parse_byte_size() gives it back.
[[nodiscard]] std::string byte_size_text(std::uint64_t bytes);

}  // namespace pipeline
