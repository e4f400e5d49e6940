// SPDX-License-Identifier: Apache-2.0
// The page for browsers: one self-contained document that polls /status.json. The build assembles it from
// page/.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

// Returns the document. `nonce`: the one in the Content-Security-Policy of the response.
[[nodiscard]] std::string page_html(std::string_view nonce);

}  // namespace pipeline
