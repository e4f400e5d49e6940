// SPDX-License-Identifier: Apache-2.0
// Names the kind of a file that is no XML document, by its beginning.
#pragma once

#include <cstddef>
#include <string_view>

namespace pipeline {

// The bytes at the beginning of a file that other_format() needs.
inline constexpr std::size_t kBeginningBytes = 64;

// Returns what the file is, like "a PDF file"; an empty text if it may be an XML document.
[[nodiscard]] std::string_view other_format(std::string_view beginning) noexcept;

}  // namespace pipeline
