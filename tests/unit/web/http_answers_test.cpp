// SPDX-License-Identifier: Apache-2.0
#include "observer/web/http_answers.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/sample_view.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string status_of(const std::string& answer) {
    return answer.substr(0, answer.find("\r\n"));
}

// The answer to a request that the ledger is not asked for.
std::string answer_of(HttpAnswers& answers, std::string_view request, const View& view) {
    auto answer = answers.answer_to(request, view, "sqlite:/srv/invoices.db");
    REQUIRE(std::holds_alternative<std::string>(answer));
    return std::get<std::string>(answer);
}

}  // namespace

TEST_CASE("a request has one answer, which says that the connection ends", "[http]") {
    HttpAnswers answers(false);
    const View view = sample_view(1);
    const std::string request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const std::string one = answer_of(answers, request + request, view);
    CHECK(one.find("HTTP/1.1", 1) == std::string::npos);
    CHECK(one.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(one.ends_with("\r\n\r\nok\n"));
    const std::string page =
        answer_of(answers, "GET / HTTP/1.1\r\nHost: [::1]:9464\r\nRange: bytes=0-,0-,0-\r\n\r\n", view);
    CHECK(status_of(page) == "HTTP/1.1 200 OK");
    CHECK(page.find("<!doctype html>") != std::string::npos);
}

TEST_CASE("what is no request, or none that is to be answered here, is told that or nothing", "[http]") {
    HttpAnswers answers(false);
    const View view = sample_view(1);
    CHECK(answer_of(answers, "", view).empty());
    for (const std::string request :
         {"\x16\x03\x01\x02", "nonsense\r\n\r\n", "GET", "GET /healthz HTTP/9.9\r\n\r\n",
          "GET /healthz HTTP/1.1\r\nHost: local", "FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
        const std::string answer = answer_of(answers, request, view);
        INFO(request << answer);
        CHECK((answer.empty() || status_of(answer) == "HTTP/1.1 400 Bad Request"));
    }
    CHECK(status_of(answer_of(answers, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", view)) ==
          "HTTP/1.1 421 Misdirected Request");
    HttpAnswers anywhere(true);
    CHECK(status_of(answer_of(anywhere, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", view)) ==
          "HTTP/1.1 200 OK");
    // A body that never comes is not waited for.
    CHECK(status_of(answer_of(
              answers, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n", view)) ==
          "HTTP/1.1 405 Method Not Allowed");
}

TEST_CASE("a question to the ledger is answered later, with the same request", "[http]") {
    HttpAnswers answers(false);
    const std::string request =
        "GET /ledger/invoice.json?id=caf%C3%A9+%3C1%3E HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const auto asked = answers.answer_to(request, sample_view(1), "sqlite:/a.db");
    REQUIRE(std::holds_alternative<LedgerQuestion>(asked));
    CHECK(std::get<LedgerQuestion>(asked).text == "caf\xc3\xa9 <1>");
    const std::string answer = answers.answer_with(request, std::monostate());
    CHECK(status_of(answer) == "HTTP/1.1 404 Not Found");
    CHECK(answer.find("the ledger does not know 'caf\xc3\xa9 <1>'") != std::string::npos);
    CHECK(answer.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
    // The next request has nothing of it.
    CHECK(status_of(answer_of(answers, "GET /ledger/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
                              sample_view(1))) == "HTTP/1.1 404 Not Found");
    CHECK(status_of(answer_of(answers, "POST /ledger/day.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
                              sample_view(1))) == "HTTP/1.1 405 Method Not Allowed");
}

TEST_CASE("without the token nobody learns more than whether it is well", "[http]") {
    HttpAnswers answers(true, Token("0123456789abcdef"));
    View view = sample_view(1);
    const auto ask = [&](const std::string& path, const std::string& authorization) {
        const std::string header = authorization.empty() ? "" : "Authorization: " + authorization + "\r\n";
        return answer_of(answers, "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + header + "\r\n", view);
    };
    for (const auto* path : {"/", "/metrics", "/status.json", "/ledger/day.json", "/ledger/x", "/nothing"}) {
        for (const auto* wrong : {"", "Bearer 0123456789abcdeF", "Basic eDp5"}) {
            const std::string answer = ask(path, wrong);
            CHECK(status_of(answer) == "HTTP/1.1 401 Unauthorized");
            CHECK(answer.find("WWW-Authenticate: Basic realm=") != std::string::npos);
            CHECK(answer.find("sample") == std::string::npos);
        }
    }
    CHECK(status_of(ask("/status.json", "Bearer 0123456789abcdef")) == "HTTP/1.1 200 OK");
    CHECK(status_of(ask("/", "Basic eDowMTIzNDU2Nzg5YWJjZGVm")) == "HTTP/1.1 200 OK");
    CHECK(ask("/healthz", "").ends_with("ok\n"));
    view.health = {false, "ledger /srv/secret.db: full", HealthState::LedgerFails};
    CHECK(ask("/healthz", "").ends_with("\r\n\r\nledger_fails\n"));
    CHECK(ask("/healthz", "Bearer 0123456789abcdef").ends_with("ledger /srv/secret.db: full\n"));
    CHECK(status_of(answer_of(answers, "POST /healthz HTTP/1.1\r\nHost: x\r\n\r\n", view)) ==
          "HTTP/1.1 401 Unauthorized");
}
