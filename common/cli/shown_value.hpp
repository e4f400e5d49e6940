// SPDX-License-Identifier: Apache-2.0
// The value of an option as an error message shows it.
#pragma once

#include <string>
#include <string_view>

#include "common/base/printable.hpp"

namespace pipeline {

// Returns in_quotes(value), but of a URL with a user or a password ("SCHEME://USER:PASSWORD@HOST") leaves out
// all that is before the last @: an error message must not carry a secret into a log.
[[nodiscard]] inline std::string shown_value(std::string_view value) {
    const auto scheme = value.find("://");
    const auto at = value.rfind('@');
    if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme)
        return in_quotes(value);
    return in_quotes(std::string(value.substr(0, scheme + 3)) + "..." + std::string(value.substr(at)));
}

}  // namespace pipeline
