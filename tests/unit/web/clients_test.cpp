// SPDX-License-Identifier: Apache-2.0
// Clients over real connections, and the one thread that serves them: this one, in turns with what they do.
#include "observer/web/clients.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

constexpr std::chrono::hours kLong{1};
constexpr std::size_t kMany = 1U << 30U;  // bytes
constexpr const char* kRequest = "GET / HTTP/1.1\r\n\r\n";

sockaddr_in address_of(const char* host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    return address;
}

class Served {
  public:
    explicit Served(Clients::Bounds bounds, std::string answer = "answer")
        : clients_(listen(), bounds,
                   [this, answer = std::move(answer)](std::string_view request, std::uint64_t number) {
                       requests.emplace_back(request);
                       numbers.push_back(number);
                       return answers_later ? std::nullopt : std::optional(answer);
                   }) {}

    // Of the client at `host`, one of this machine's own addresses.
    [[nodiscard]] UniqueFd connect(const char* host = "127.0.0.1") const {
        UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in own = address_of(host, 0);
        REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) == 0);
        sockaddr_in server = address_of("127.0.0.1", port_);
        REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&server), sizeof(server)) == 0);
        return fd;
    }
    [[nodiscard]] std::vector<UniqueFd> connect_many(std::size_t count) {
        std::vector<UniqueFd> all;
        for (std::size_t i = 0; i < count; ++i) {
            all.push_back(connect());
            serve_while([&, before = clients_.count()] { return clients_.count() < before; });
        }
        return all;
    }
    // Serves what there is to do, and then as long as `lasts` says; fails after a minute.
    void serve_while(const std::function<bool()>& lasts) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        do {
            pollfd ready{clients_.fd(), POLLIN, 0};
            while (::poll(&ready, 1, 0) == 1) clients_.serve();
            REQUIRE(std::chrono::steady_clock::now() < until);
            if (lasts()) ::poll(&ready, 1, 10);
        } while (lasts());
    }
    // What one more client gets for `request`, whole.
    [[nodiscard]] std::string ask(const std::string& request = kRequest) {
        const UniqueFd fd = connect();
        REQUIRE(::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(request.size()));
        return read_all(fd);
    }
    [[nodiscard]] std::string read_all(const UniqueFd& fd) {
        std::string text;
        bool is_open = true;
        serve_while([&] {
            std::array<char, 65'536> buffer{};
            ssize_t size = 0;
            while ((size = ::recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0)
                text.append(buffer.data(), static_cast<std::size_t>(size));
            is_open = size < 0 && errno == EAGAIN;
            return is_open;
        });
        return text;
    }
    [[nodiscard]] const Clients& clients() const noexcept { return clients_; }

    void answer(std::uint64_t number, std::string text) { clients_.answer(number, std::move(text)); }

    std::vector<std::string> requests;
    std::vector<std::uint64_t> numbers;  // of their clients
    bool answers_later = false;

  private:
    UniqueFd listen() {
        UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address = address_of("127.0.0.1", 0);
        socklen_t size = sizeof(address);
        REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(fd.get(), SOMAXCONN) == 0);
        REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        return fd;
    }

    std::uint16_t port_ = 0;
    Clients clients_;
};

// No new descriptor is to be had while it lives.
class FewDescriptors {
  public:
    FewDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{3, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

bool is_open(const UniqueFd& fd) {
    char byte = 0;
    return ::recv(fd.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

std::ptrdiff_t open_of(const std::vector<UniqueFd>& all) {
    return std::count_if(all.begin(), all.end(), is_open);
}

}  // namespace

TEST_CASE("a client is answered while as many as there may be say nothing", "[clients]") {
    Served served({16, 1000, kMany, kLong});
    const auto silent = served.connect_many(15);
    CHECK(served.ask() == "answer");
    CHECK(open_of(silent) == 15);
    CHECK(served.requests == std::vector<std::string>{kRequest});
}

TEST_CASE("one client more than there may be makes the oldest go, and is answered", "[clients]") {
    Served served({16, 1000, kMany, kLong});
    const auto silent = served.connect_many(16);
    CHECK(served.ask() == "answer");
    CHECK(open_of(silent) == 15);
    CHECK_FALSE(is_open(silent.front()));
    for (int i = 0; i < 100; ++i) CHECK(served.ask() == "answer");
    CHECK(open_of(silent) == 15);  // who has been answered is gone first
    CHECK(served.clients().count() <= 16);
}

TEST_CASE("room is made by the client that has most connections, however old another's is", "[clients]") {
    Served served({16, 1000, kMany, kLong});
    const UniqueFd other = served.connect("127.0.0.2");
    const auto many = served.connect_many(40);
    CHECK(is_open(other));
    CHECK(open_of(many) == 15);
    CHECK(served.clients().count() == 16);
    CHECK(is_open(many.back()));
}

TEST_CASE("clients that do not read their answers keep nobody from his", "[clients]") {
    const std::string answer(std::size_t{16} << 20U, 'x');
    Served served({8, 1000, kMany, kLong}, answer);
    std::vector<UniqueFd> deaf;
    for (int i = 0; i < 7; ++i) {
        deaf.push_back(served.connect());
        REQUIRE(::send(deaf.back().get(), kRequest, std::strlen(kRequest), MSG_NOSIGNAL) > 0);
    }
    served.serve_while([&] { return served.requests.size() < 7; });
    CHECK(served.clients().count() == 7);
    CHECK(served.ask() == answer);
    CHECK(served.read_all(deaf.front()) == answer);  // it has begun to read
}

TEST_CASE("of answers that are not read no more is kept than may be, and the newest has its own",
          "[clients]") {
    const std::string answer(std::size_t{16} << 20U, 'x');
    Served served({100, 1000, 3 * answer.size(), kLong}, answer);
    std::vector<UniqueFd> deaf;
    for (std::size_t i = 1; i <= 10; ++i) {
        deaf.push_back(served.connect());
        REQUIRE(::send(deaf.back().get(), kRequest, std::strlen(kRequest), MSG_NOSIGNAL) > 0);
        served.serve_while([&] { return served.requests.size() < i; });
        CHECK(served.clients().count() == std::min<std::size_t>(i, 3));
    }
    CHECK(served.ask() == answer);
    CHECK(served.read_all(deaf.back()) == answer);
}

TEST_CASE("a client's time ends, however it divides what it sends, and with it what it holds", "[clients]") {
    Served served({8, kMany, kMany, std::chrono::milliseconds(50)});
    const UniqueFd slow = served.connect();
    const UniqueFd silent = served.connect();
    served.serve_while([&] { return ::send(slow.get(), "G", 1, MSG_NOSIGNAL) == 1; });
    CHECK(served.read_all(silent).empty());
    CHECK(served.clients().count() == 0);
    CHECK(served.requests.empty());
}

TEST_CASE("a request ends with its head, at its limit, or with what its client says", "[clients]") {
    Served served({8, 100, kMany, kLong});
    SECTION("in pieces") {
        const UniqueFd fd = served.connect();
        for (const char* piece : {"GET / HT", "TP/1.1\r\nHost: x\r", "\n\r", "\n"}) {
            CHECK(served.requests.empty());
            REQUIRE(::send(fd.get(), piece, std::strlen(piece), MSG_NOSIGNAL) > 0);
            served.serve_while([] { return false; });
        }
        CHECK(served.read_all(fd) == "answer");
        CHECK(served.requests.front() == "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    SECTION("one that goes on and on") {
        CHECK(served.ask("GET /" + std::string(500'000, 'x')) == "answer");
        CHECK(served.requests.front().size() == 100);
    }
    SECTION("one whose client says nothing more") {
        const UniqueFd fd = served.connect();
        REQUIRE(::send(fd.get(), "GET /", 5, MSG_NOSIGNAL) == 5);
        REQUIRE(::shutdown(fd.get(), SHUT_WR) == 0);
        CHECK(served.read_all(fd) == "answer");
    }
    SECTION("what cannot become one is not waited for") {
        CHECK(served.ask("\x16\x03\x01 TLS") == "answer");
    }
    SECTION("what follows a head is not part of it, and costs the client no answer") {
        CHECK(served.ask(kRequest + std::string(500'000, 'x')) == "answer");
    }
    CHECK(served.requests.size() == 1);
}

TEST_CASE("a client that there is no answer for is left", "[clients]") {
    Served served({8, 1000, kMany, kLong}, "");
    CHECK(served.ask().empty());
    CHECK(served.clients().count() == 0);
}

TEST_CASE("an answer may come later, and meanwhile others are answered", "[clients]") {
    Served served({8, 1000, kMany, kLong});
    served.answers_later = true;
    const UniqueFd waiting = served.connect();
    const UniqueFd leaving = served.connect();
    for (const UniqueFd* fd : {&waiting, &leaving})
        REQUIRE(::send(fd->get(), kRequest, std::strlen(kRequest), MSG_NOSIGNAL) > 0);
    served.serve_while([&] { return served.numbers.size() < 2; });
    served.answers_later = false;
    CHECK(served.ask() == "answer");
    served.serve_while([&] { return served.clients().count() != 2; });
    const std::uint64_t first = served.numbers[0];
    served.answer(first, "late");
    served.answer(first, "twice");
    served.answer(served.numbers[1], "");  // an empty one ends the connection
    served.answer(1'000'000, "to nobody");
    const std::string one = served.read_all(waiting);
    const std::string other = served.read_all(leaving);
    CHECK(one + other == "late");
}

TEST_CASE("a client that goes while it waits for its answer is left", "[clients]") {
    Served served({8, 1000, kMany, kLong});
    served.answers_later = true;
    UniqueFd waiting = served.connect();
    REQUIRE(::send(waiting.get(), kRequest, std::strlen(kRequest), MSG_NOSIGNAL) > 0);
    served.serve_while([&] { return served.numbers.empty(); });
    const linger now{1, 0};
    REQUIRE(::setsockopt(waiting.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)) == 0);
    waiting.reset();
    served.serve_while([&] { return served.clients().count() != 0; });
    served.answer(served.numbers.at(0), "too late");
    CHECK(served.clients().count() == 0);
}

TEST_CASE("without descriptors the oldest make room, and with none to go it is tried again", "[clients]") {
    Served served({1000, 1000, kMany, kLong});
    const std::size_t others = GENERATE(std::size_t{0}, std::size_t{3});
    const auto silent = served.connect_many(others);
    const UniqueFd late = served.connect();
    REQUIRE(::send(late.get(), kRequest, std::strlen(kRequest), MSG_NOSIGNAL) > 0);
    {
        const FewDescriptors few;
        served.serve_while([] { return false; });
    }
    CHECK(open_of(silent) == 0);
    CHECK(served.requests.empty());
    CHECK(served.read_all(late) == "answer");
}
