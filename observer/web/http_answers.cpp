// SPDX-License-Identifier: Apache-2.0
#include "observer/web/http_answers.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <random>
#include <utility>

#include "observer/web/ledger_routes.hpp"
#include "observer/web/routes.hpp"

namespace pipeline {
namespace {

// The library reads the request from this stream and writes the answer to it. Both are in memory: reading and
// writing never block.
class MemoryStream : public httplib::Stream {
  public:
    explicit MemoryStream(std::string_view request) noexcept : request_(request) {}

    [[nodiscard]] bool is_readable() const override { return true; }  // at the end, read() returns 0
    [[nodiscard]] bool is_writable() const override { return true; }
    ssize_t read(char* bytes, size_t size) override {
        const std::size_t count = request_.copy(bytes, size);
        request_.remove_prefix(count);
        return static_cast<ssize_t>(count);
    }
    ssize_t write(const char* bytes, size_t size) override {
        answer_.append(bytes, size);
        return static_cast<ssize_t>(size);
    }
    // No handler uses the addresses.
    void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    [[nodiscard]] socket_t socket() const override { return INVALID_SOCKET; }

    [[nodiscard]] std::string take_answer() noexcept { return std::move(answer_); }

  private:
    std::string_view request_;
    std::string answer_;
};

std::string fresh_nonce() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace

class HttpAnswers::Server : public httplib::Server {
  public:
    Server(bool anywhere, std::optional<Token> token) : anywhere_(anywhere), token_(token) {
        set_default_headers({{"Cache-Control", "no-store"},
                             {"X-Content-Type-Options", "nosniff"},
                             {"Referrer-Policy", "no-referrer"},
                             {"Cross-Origin-Resource-Policy", "same-origin"}});
        // Answers every method and path before the library handles any itself.
        set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
            const Response answer = route(request);
            response.status = answer.status;
            if (answer.status == 405) response.set_header("Allow", "GET, HEAD");
            if (answer.status == 401)
                response.set_header("WWW-Authenticate",
                                    "Basic realm=\"invoice pipeline\", charset=\"UTF-8\"");
            response.set_header("Content-Security-Policy", answer.policy);
            response.set_content(answer.body, answer.type.c_str());
            return HandlerResponse::Handled;
        });
    }

    std::variant<std::string, LedgerQuestion> answer_to(std::string_view text, const View& view,
                                                        const std::string& ledger) {
        view_ = &view;
        ledger_ = &ledger;
        question_.reset();
        std::string answer = process(text);
        if (question_) return *std::exchange(question_, std::nullopt);
        return answer;
    }

    std::string answer_with(std::string_view text, const LedgerAnswer& given) {
        given_ = &given;
        std::string answer = process(text);
        given_ = nullptr;
        return answer;
    }

  private:
    Response route(const httplib::Request& request) {
        const Parameter parameter = [&](const char* name) { return request.get_param_value(name); };
        if (given_ != nullptr) {
            const auto question = ledger_question(request.path, parameter, {});
            return ledger_response(std::get<LedgerQuestion>(question), *given_, first_group(parameter));
        }
        // With --listen-anywhere, clients may call this machine by any name.
        if (!anywhere_ && !is_local_host(request.get_header_value("Host")))
            return text_response(421, "ask for localhost, or listen with --listen-anywhere");
        const bool is_get = request.method == "GET" || request.method == "HEAD";
        if (token_ && !token_->is_in(request.get_header_value("Authorization"))) {
            if (is_get && request.path == "/healthz") return bare_health(*view_);
            return text_response(401, "a token is needed: as the bearer, or as the password of any user");
        }
        if (!is_get || !request.path.starts_with(kLedgerPaths))
            return respond(request.method, request.path, *view_, fresh_nonce());
        auto question = ledger_question(request.path, parameter, *ledger_);
        if (auto* refusal = std::get_if<Response>(&question)) return std::move(*refusal);
        question_ = std::get<LedgerQuestion>(std::move(question));
        return {};  // never sent
    }

    std::string process(std::string_view text) {
        MemoryStream client(text);
        process(client);
        return client.take_answer();
    }
    template <class Client>
    void process(Client& client) {
        // Ignore the byte ranges that a client asks for: if it repeated one many times, the answer would be
        // many times as long.
        const auto without_ranges = [](httplib::Request& request) { request.ranges.clear(); };
        bool is_closed = false;
        // Later versions of cpp-httplib also want the addresses of both ends, which no handler uses.
        if constexpr (requires { process_request(client, "", 0, "", 0, true, is_closed, without_ranges); }) {
            process_request(client, "", 0, "", 0, true, is_closed, without_ranges);
        } else {
            process_request(client, true, is_closed, without_ranges);
        }
    }

    const bool anywhere_;
    const std::optional<Token> token_;
    // The current request is answered from one of these.
    const View* view_ = nullptr;
    const std::string* ledger_ = nullptr;
    const LedgerAnswer* given_ = nullptr;
    std::optional<LedgerQuestion> question_;  // what it asks of the ledger
};

HttpAnswers::HttpAnswers(bool anywhere, std::optional<Token> token)
    : server_(std::make_unique<Server>(anywhere, token)) {}
HttpAnswers::~HttpAnswers() = default;

std::variant<std::string, LedgerQuestion> HttpAnswers::answer_to(std::string_view request, const View& view,
                                                                 const std::string& ledger) {
    return server_->answer_to(request, view, ledger);
}

std::string HttpAnswers::answer_with(std::string_view request, const LedgerAnswer& answer) {
    return server_->answer_with(request, answer);
}

}  // namespace pipeline
