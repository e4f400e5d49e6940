// SPDX-License-Identifier: Apache-2.0
#include "observer/serve.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "common/error.hpp"
#include "common/log.hpp"
#include "observer/client_stream.hpp"
#include "observer/listening_socket.hpp"
#include "observer/lookout.hpp"
#include "observer/routes.hpp"
#include "observer/ticker.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kThreads = 8;
constexpr std::chrono::seconds kTime{2};  // for a client to send its request and to take the answer
constexpr std::size_t kMostRequestBytes = 16'384;

// As many connections at a time as there are threads: the others wait in the system's own bounded queue.
class BoundedThreads : public httplib::TaskQueue {
  public:
    using Task = std::function<void()>;
    // void, or bool in later versions.
    using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::declval<Task>()));

    Enqueued enqueue(Task task) override {
        free_.acquire();
        return threads_.enqueue([this, task = std::move(task)] {
            task();
            free_.release();
        });
    }
    void shutdown() override { threads_.shutdown(); }

  private:
    std::counting_semaphore<> free_{kThreads};
    httplib::ThreadPool threads_{kThreads};
};

// The connections that are being answered, so that they can be ended.
class OpenConnections {
  public:
    // False if it is too late: all are to end.
    [[nodiscard]] bool add(int fd) {
        const std::lock_guard guard(mutex_);
        if (!has_ended_) open_.insert(fd);
        return !has_ended_;
    }
    // Before it is closed: then its number may be another's.
    void remove(int fd) {
        const std::lock_guard guard(mutex_);
        open_.erase(fd);
    }
    void end() {
        const std::lock_guard guard(mutex_);
        has_ended_ = true;
        for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }

  private:
    std::mutex mutex_;
    std::set<int> open_;
    bool has_ended_ = false;
};

class Server : public httplib::Server {
  public:
    // Serves at a socket that it is given, and so can say what is wrong with an address, and take one from
    // systemd.
    bool serve_at(UniqueFd fd) {
        svr_sock_ = fd.get();
        const bool was_ended = listen_after_bind();
        if (!was_ended) static_cast<void>(fd.release());  // closed already
        return was_ended;
    }
    // As stop(), also when it has not begun yet, and without waiting for clients.
    void end() {
        const auto fd = svr_sock_.exchange(INVALID_SOCKET);
        if (fd != INVALID_SOCKET) ::shutdown(fd, SHUT_RDWR);
        connections_.end();
    }

  private:
    // Instead of the library's, which would wait for each byte anew.
    bool process_and_close_socket(socket_t fd) override {
        const UniqueFd closed_at_the_end(fd);
        if (!connections_.add(fd)) return false;
        ClientStream client(fd, kTime, kMostRequestBytes);
        const bool is_answered = answer(client);
        connections_.remove(fd);
        ::shutdown(fd, SHUT_RDWR);
        return is_answered;
    }
    template <class Client>
    bool answer(Client& client) {
        // A range that is named again and again would multiply the answer.
        const auto without_ranges = [](httplib::Request& request) { request.ranges.clear(); };
        bool is_closed = false;
        // Later versions ask for the addresses of both ends, which nobody here looks at.
        if constexpr (requires { process_request(client, "", 0, "", 0, true, is_closed, without_ranges); }) {
            return process_request(client, "", 0, "", 0, true, is_closed, without_ranges);
        } else {
            return process_request(client, true, is_closed, without_ranges);
        }
    }

    OpenConnections connections_;
};

// A thread that accepts connections, for as long as this lives.
class Acceptor {
  public:
    Acceptor(Server& server, UniqueFd fd)
        : server_(server),
          thread_([this, fd = std::move(fd)]() mutable { has_failed_ = !server_.serve_at(std::move(fd)); }) {}
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;
    ~Acceptor() {
        if (!has_failed_) server_.end();
        thread_.join();
    }
    [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

  private:
    Server& server_;
    std::atomic<bool> has_failed_{false};
    std::thread thread_;
};

std::string fresh_nonce() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

// The last look, shared with the threads that answer.
class LastView {
  public:
    void set(const View& view) {
        auto copy = std::make_shared<const View>(view);
        const std::lock_guard guard(mutex_);
        view_ = std::move(copy);
    }
    [[nodiscard]] std::shared_ptr<const View> get() const {
        const std::lock_guard guard(mutex_);
        return view_;
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const View> view_ = std::make_shared<const View>();
};

Answer answer_to(const httplib::Request& request, const View& view, bool anywhere) {
    // Who lets others in may have given the machine any name.
    if (!anywhere && !is_local_host(request.get_header_value("Host")))
        return {421, "text/plain; charset=utf-8", "ask for localhost, or listen with --listen-anywhere\n",
                "default-src 'none'"};
    return pipeline::answer_to(request.method, request.path, view, fresh_nonce());
}

void configure(Server& server, const LastView& last, bool anywhere) {
    server.new_task_queue = [] { return new BoundedThreads; };
    server.set_default_headers({{"Cache-Control", "no-store"},
                                {"X-Content-Type-Options", "nosniff"},
                                {"Referrer-Policy", "no-referrer"},
                                {"Cross-Origin-Resource-Policy", "same-origin"}});
    // Before the library looks at anything itself: every method and path is answered here.
    server.set_pre_routing_handler(
        [&last, anywhere](const httplib::Request& request, httplib::Response& response) {
            const Answer answer = answer_to(request, *last.get(), anywhere);
            response.status = answer.status;
            if (answer.status == 405) response.set_header("Allow", "GET, HEAD");
            response.set_header("Content-Security-Policy", answer.policy);
            response.set_content(answer.body, answer.type.c_str());
            return httplib::Server::HandlerResponse::Handled;
        });
}

}  // namespace

ExitStatus serve(const ObserverOptions& options) {
    Ticker ticker(options.interval);  // before any thread: they block its signals too
    ListeningSocket socket =
        open_listening_socket(options.listen.value(), options.listen_anywhere, process_environment());
    Lookout lookout(options.name);
    LastView last;
    last.set(lookout.look());
    Server server;
    configure(server, last, options.listen_anywhere);
    const Acceptor acceptor(server, std::move(socket.fd));
    log(LogLevel::Info, "listening at http://{}/", socket.address.text());
    while (ticker.wait() != Ticker::Event::End) {
        if (acceptor.has_failed()) {
            throw Failure(ExitStatus::InputOutput,
                          fmt::format("accepting connections at {} failed", socket.address.text()));
        }
        last.set(lookout.look());
    }
    return ExitStatus::Drained;
}

}  // namespace pipeline
