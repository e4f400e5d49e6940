// SPDX-License-Identifier: Apache-2.0
// Text as a JSON string.
#pragma once

#include <string>
#include <string_view>

#include "common/base/printable.hpp"

namespace pipeline {

// Returns `text` as safe_line() shows it, escaped (RFC 8259) and in double quotes: a program that decodes the
// string gets text that is safe to show. Throws std::bad_alloc.
[[nodiscard]] inline std::string json_text(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : safe_line(text)) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace pipeline
