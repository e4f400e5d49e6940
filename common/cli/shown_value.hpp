// SPDX-License-Identifier: Apache-2.0
// The value of an option as an error message shows it.
#pragma once

#include <string>
#include <string_view>

#include "common/base/printable.hpp"

namespace pipeline {

// Returns in_quotes(value), but of a URL leaves out the places where a secret may be: the user with a
// password before the last @, and all that is behind the first '?'. An error message must not carry a secret
// into a log.
[[nodiscard]] inline std::string shown_value(std::string_view value) {
    const auto scheme = value.find("://");
    if (scheme == std::string_view::npos) return in_quotes(value);
    std::string shown(value.substr(0, scheme + 3));
    std::string_view rest = value.substr(scheme + 3);
    const auto question = rest.find('?');
    const std::string_view query = question == std::string_view::npos ? "" : "?...";
    rest = rest.substr(0, question);
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
        shown += "...";
        rest = rest.substr(at);
    }
    return in_quotes(shown.append(rest).append(query));
}

}  // namespace pipeline
