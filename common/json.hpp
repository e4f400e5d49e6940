// SPDX-License-Identifier: Apache-2.0
// Text as a JSON string.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "common/utf8.hpp"

namespace pipeline {

// In double quotes, escaped (RFC 8259); bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] inline std::string json_text(std::string_view text) {
    std::string buffer;
    std::string quoted = "\"";
    for (const char c : readable_utf8(text, buffer)) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

}  // namespace pipeline
