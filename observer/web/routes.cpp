// SPDX-License-Identifier: Apache-2.0
#include "observer/web/routes.hpp"

#include <fmt/format.h>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "observer/options/listen_address.hpp"
#include "observer/show/prometheus.hpp"
#include "observer/show/status_json.hpp"
#include "observer/web/page.hpp"

namespace pipeline {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kNothing = "default-src 'none'; frame-ancestors 'none'";

Response page_response(std::string_view nonce) {
    return {
        200, "text/html; charset=utf-8", page_html(nonce),
        fmt::format("default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; connect-src 'self'; "
                    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                    nonce)};
}

Response metrics_response(const View& view) {
    try {
        return {200, "text/plain; version=0.0.4; charset=utf-8", prometheus_text(view), kNothing};
    } catch (const Failure& failure) {
        return text_response(501, failure.what());
    }
}

}  // namespace

Response text_response(int status, std::string_view text) {
    return {status, kText, safe_line(text) + "\n", kNothing};
}

Response json_response(int status, std::string text) {
    return {status, "application/json", std::move(text) + "\n", kNothing};
}

Response bare_health(const View& view) {
    return view.health.is_good ? text_response(200, "ok") : text_response(503, to_text(view.health.state));
}

Response respond(std::string_view method, std::string_view path, const View& view, std::string_view nonce) {
    if (method != "GET" && method != "HEAD") return text_response(405, "GET and HEAD are accepted");
    if (path == "/") return page_response(nonce);
    if (path == "/metrics") return metrics_response(view);
    if (path == "/status.json") return json_response(200, status_json(view));
    if (path == "/healthz")
        return view.health.is_good ? text_response(200, "ok") : text_response(503, view.health.reason);
    return text_response(404, "not here: /, /metrics, /status.json, /healthz and /ledger/ are");
}

bool is_local_host(std::string_view host) {
    // A port follows the last colon, unless that colon is inside an IPv6 address.
    const auto colon = host.rfind(':');
    if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos)
        host = host.substr(0, colon);
    if (host == "localhost") return true;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return ListenAddress{std::string(host), 0}.is_loopback();
}

}  // namespace pipeline
