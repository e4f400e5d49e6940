// SPDX-License-Identifier: Apache-2.0
// Text as a JSON string.
#pragma once

#include <string>
#include <string_view>

#include "common/base/printable.hpp"

namespace pipeline {

// In double quotes, escaped (RFC 8259), after safe_line(): a program that shows it later shows safe text too.
// Throws std::bad_alloc.
[[nodiscard]] inline std::string json_text(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : safe_line(text)) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace pipeline
