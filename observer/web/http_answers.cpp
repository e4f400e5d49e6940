// SPDX-License-Identifier: Apache-2.0
#include "observer/web/http_answers.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <random>

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
    explicit Server(bool anywhere) : anywhere_(anywhere) {
        set_default_headers({{"Cache-Control", "no-store"},
                             {"X-Content-Type-Options", "nosniff"},
                             {"Referrer-Policy", "no-referrer"},
                             {"Cross-Origin-Resource-Policy", "same-origin"}});
        // Answers every method and path before the library handles any itself.
        set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
            const Response answer = route(request);
            response.status = answer.status;
            if (answer.status == 405) response.set_header("Allow", "GET, HEAD");
            response.set_header("Content-Security-Policy", answer.policy);
            response.set_content(answer.body, answer.type.c_str());
            return HandlerResponse::Handled;
        });
    }

    std::string answer_to(std::string_view text, const View& view) {
        view_ = &view;
        MemoryStream client(text);
        process(client);
        return client.take_answer();
    }

  private:
    Response route(const httplib::Request& request) const {
        // With --listen-anywhere, clients may call this machine by any name.
        if (!anywhere_ && !is_local_host(request.get_header_value("Host")))
            return {421, "text/plain; charset=utf-8", "ask for localhost, or listen with --listen-anywhere\n",
                    "default-src 'none'"};
        return respond(request.method, request.path, *view_, fresh_nonce());
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
    const View* view_ = nullptr;  // the view that answers the current request
};

HttpAnswers::HttpAnswers(bool anywhere) : server_(std::make_unique<Server>(anywhere)) {}
HttpAnswers::~HttpAnswers() = default;

std::string HttpAnswers::answer_to(std::string_view request, const View& view) {
    return server_->answer_to(request, view);
}

}  // namespace pipeline
