// SPDX-License-Identifier: Apache-2.0
#include "observer/web/routes.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/sample_view.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("each path has its answer", "[routes]") {
    const View view = sample_view(2);
    CHECK(respond("GET", "/healthz", view, "n").body == "ok\n");
    CHECK(respond("HEAD", "/healthz", view, "n").status == 200);
    CHECK(respond("GET", "/status.json", view, "n").type == "application/json");
    CHECK(respond("GET", "/status.json", view, "n").body.front() == '{');
    CHECK(respond("GET", "/", view, "n").type == "text/html; charset=utf-8");
    CHECK(respond("GET", "/x", view, "n").status == 404);
    CHECK(respond("GET", "//", view, "n").status == 404);
    CHECK(respond("GET", "/../etc/passwd", view, "n").status == 404);
    for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", ""})
        CHECK(respond(method, "/", view, "n").status == 405);
}

TEST_CASE("health is a status and a reason", "[routes]") {
    View view = sample_view(2);
    view.health = {false, "every process is stopped"};
    const Response response = respond("GET", "/healthz", view, "n");
    CHECK(response.status == 503);
    CHECK(response.body == "every process is stopped\n");
    view.health.reason = "/srv/\x1b\xc2\x9b\n";
    CHECK(respond("GET", "/healthz", view, "n").body == "/srv/\\x1b\\xc2\\x9b\\x0a\n");
}

TEST_CASE("the page needs nothing else, and nothing else may be put into it", "[routes]") {
    const Response page = respond("GET", "/", sample_view(1), "abc123");
    CHECK(page.policy.find("default-src 'none'; script-src 'nonce-abc123'; style-src 'nonce-abc123'") == 0);
    CHECK(times_in(page.body, "<script nonce=\"abc123\">") == 2);
    CHECK(times_in(page.body, "<style nonce=\"abc123\">") == 1);
    CHECK(times_in(page.body, "<script") == 2);
    CHECK(times_in(page.body, "</script>") == 2);
    for (const auto* foreign : {" src=", "@import", "url(", "style=\"", "onclick", "innerHTML", "https:"})
        CHECK(times_in(page.body, foreign) == 0);
    // The namespace of SVG is a name and no address.
    CHECK(times_in(page.body, "http:") == times_in(page.body, "http://www.w3.org/2000/svg"));
    for (const auto* path : {"/metrics", "/status.json", "/healthz", "/x"})
        CHECK(respond("GET", path, sample_view(1), "n").policy.find("default-src 'none'") == 0);
}

TEST_CASE("only this machine's own names are asked for", "[routes]") {
    for (const auto* local :
         {"localhost", "localhost:9464", "127.0.0.1", "127.0.0.1:80", "127.1.2.3:1", "[::1]", "[::1]:9464"})
        CHECK(is_local_host(local));
    for (const auto* other :
         {"", "evil.example", "evil.example:9464", "localhost.evil.example", "192.0.2.1", "[2001:db8::1]:80",
          "127.0.0.1.evil.example:80", ":80", "[::1", "127.0.0.1:80:80"})
        CHECK_FALSE(is_local_host(other));
}
