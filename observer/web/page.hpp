// SPDX-License-Identifier: Apache-2.0
// The page that a browser gets: one document that needs nothing else and polls /status.json. It is written in
// page/ and put together by the build.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

// `nonce`: of the policy under which it is served.
[[nodiscard]] std::string page_html(std::string_view nonce);

}  // namespace pipeline
