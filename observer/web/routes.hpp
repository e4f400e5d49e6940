// SPDX-License-Identifier: Apache-2.0
// What is answered at which path: a pure function, whoever carries the answer.
#pragma once

#include <string>
#include <string_view>

#include "observer/judge/lookout.hpp"

namespace pipeline {

struct Answer {
    int status = 200;  // of HTTP
    std::string type;
    std::string body;
    std::string policy;  // Content-Security-Policy
};

// GET or HEAD of /, /metrics, /status.json and /healthz. `nonce`: never given twice, of letters and digits;
// it marks the page's own script and style as those that may be used.
[[nodiscard]] Answer answer_to(std::string_view method, std::string_view path, const View& view,
                               std::string_view nonce);

// True if the Host header names this machine by a loopback address or as localhost: then no page of another
// origin has had its own name resolve to here (DNS rebinding).
[[nodiscard]] bool is_local_host(std::string_view host);

}  // namespace pipeline
