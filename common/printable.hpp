// SPDX-License-Identifier: Apache-2.0
// Text from outside (a file name, an invoice's id, the value of an option) made fit for one line of a message
// or of a terminal: control characters (C0, DEL and C1, of which U+009B begins a command to a terminal as ESC
// does) and bytes that are no UTF-8 are shown as \xNN, everything else as it is.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// A character as it is shown, `size` bytes of `bytes`; it stands for `taken` bytes of the text.
struct PrintableChar {
    std::array<char, 4> bytes;
    std::size_t size;
    std::size_t taken;
    [[nodiscard]] std::string_view shown() const noexcept { return {bytes.data(), size}; }
};

// What `text`, which is not empty, begins with.
[[nodiscard]] PrintableChar first_printable(std::string_view text) noexcept;

// The whole of it; well-formed UTF-8. Throws std::bad_alloc.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace pipeline
