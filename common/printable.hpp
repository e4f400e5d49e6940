// SPDX-License-Identifier: Apache-2.0
// Text from outside (a file name, the value of an option) made fit for one line of a message: control
// characters are shown as \xNN, all other bytes as they are.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// A character as it is shown: the first `size` bytes of `bytes`.
struct PrintableChar {
    std::array<char, 4> bytes;
    std::size_t size;
    [[nodiscard]] std::string_view text() const noexcept { return {bytes.data(), size}; }
};

[[nodiscard]] constexpr PrintableChar printable(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) return {{c, 0, 0, 0}, 1};
    constexpr std::string_view kDigits = "0123456789abcdef";
    return {{'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xfU]}, 4};
}

[[nodiscard]] inline std::string printable(std::string_view text) {
    std::string shown;
    for (const char c : text) shown += printable(c).text();
    return shown;
}

}  // namespace pipeline
