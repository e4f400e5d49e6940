// SPDX-License-Identifier: Apache-2.0
// Maps a path to its response: a pure function, independent of the transport.
#pragma once

#include <string>
#include <string_view>

#include "observer/judge/lookout.hpp"

namespace pipeline {

struct Response {
    int status = 200;  // the HTTP status
    std::string type;
    std::string body;
    std::string policy;  // Content-Security-Policy
};

// Returns a line of text as a response, safe to show; nothing in it is executed.
[[nodiscard]] Response text_response(int status, std::string_view text);
// Returns a response of JSON.
[[nodiscard]] Response json_response(int status, std::string text);

// Returns the response to GET or HEAD of /, /metrics, /status.json and /healthz; anything else is an error.
// (ledger_routes.hpp has the paths below /ledger/.) `nonce` is letters and digits, different for each
// response; it permits the page's own script and style.
[[nodiscard]] Response respond(std::string_view method, std::string_view path, const View& view,
                               std::string_view nonce);

// Returns the response to GET of /healthz for somebody who has no token: the state, and no names.
[[nodiscard]] Response bare_health(const View& view);

// True if the Host header names a loopback address or localhost. A server that requires this does not answer
// pages of other sites whose name resolves to this machine (DNS rebinding).
[[nodiscard]] bool is_local_host(std::string_view host);

}  // namespace pipeline
