// SPDX-License-Identifier: Apache-2.0
// Serves connections that carry one request and one answer each. One thread serves all of them and never
// waits for a single one. Limits of time and bytes hold for the whole life of a connection, no matter in how
// many pieces the client sends or reads. The number of connections is limited too. When that limit is
// reached, the client that has the most connections loses its oldest one. If the answers take too much
// memory, the oldest connection that has not read its answer is dropped. So clients that are slow, silent or
// do not read cannot keep others from an answer, however many they are.
//
// A client is one IPv4 address, or one /64 network of IPv6. All that this file knows of HTTP is that a
// request's head ends with an empty line.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/fd.hpp"

namespace pipeline {

class Clients {
  public:
    struct Bounds {
        std::size_t connections = 1024;         // at a time
        std::size_t request_bytes = 16'384;     // of a request's head
        std::size_t answer_bytes = 33'554'432;  // of all unsent answers together; one alone may be longer
        std::chrono::milliseconds time{5'000};  // from the start of a connection to its end
    };
    // Returns the answer to a request's head; an empty answer ends the connection. If no more will come, or
    // the limit of bytes is reached, `request` is only the part of the head that has come. Returns none if
    // the answer will be given later, by answer() for the client with this number.
    using AnswerTo =
        std::function<std::optional<std::string>(std::string_view request, std::uint64_t number)>;

    // `listening`: a listening socket; it becomes non-blocking. Throws Failure InputOutput.
    Clients(UniqueFd listening, Bounds bounds, AnswerTo answer_to);

    // Returns a descriptor that is readable whenever serve() has something to do.
    [[nodiscard]] int fd() const noexcept { return events_.get(); }
    // Does a bounded amount of work without blocking. Throws Failure InputOutput if no more connections can
    // be accepted, and whatever `answer_to` throws.
    void serve();
    // Gives the client its answer; an empty one ends the connection. A client that has gone meanwhile is no
    // error.
    void answer(std::uint64_t number, std::string text);

    [[nodiscard]] std::size_t count() const noexcept { return open_.size(); }

  private:
    using Clock = std::chrono::steady_clock;
    using Address = std::array<unsigned char, 16>;
    struct Client {
        enum class State : std::uint8_t {
            Asks,   // `text` is the request so far
            Waits,  // for answer()
            Reads,  // `text` is the answer; `done` bytes of it are sent
            Leaves  // the answer is sent; `done` bytes that came after the request were discarded
        };
        UniqueFd fd;
        Address address;
        Clock::time_point until;
        State state = State::Asks;
        std::string text;
        std::size_t done = 0;
    };
    using Open = std::map<std::uint64_t, Client>;  // by number, hence oldest first

    void accept_some();
    void add(UniqueFd fd, const Address& address);
    void make_room();
    void make_room_for_answer(std::size_t bytes);
    void drop(Open::iterator client);
    void drop_late();
    void set_timer();
    void want(int fd, std::uint64_t number, std::uint32_t events, int operation);

    // Each of these goes on with a client's connection as far as it can without blocking, and returns
    // false if the connection must end.
    [[nodiscard]] bool go_on(std::uint64_t number, Client& client);
    [[nodiscard]] bool hear(std::uint64_t number, Client& client);
    [[nodiscard]] bool ask(std::uint64_t number, Client& client);
    [[nodiscard]] bool begin_answer(std::uint64_t number, Client& client, std::string text);
    [[nodiscard]] bool send(std::uint64_t number, Client& client);
    [[nodiscard]] static bool see_off(Client& client);

    UniqueFd listening_;
    Bounds bounds_;
    AnswerTo answer_to_;
    UniqueFd events_;  // epoll
    UniqueFd timer_;
    bool timer_is_set_ = false;
    bool is_listening_ = true;  // false: the system has no room for a connection, until the timer fires
    std::uint64_t next_number_;
    Open open_;
    std::map<Address, std::size_t> counts_;  // open connections per client
    std::size_t held_bytes_ = 0;             // of all answers that are not sent completely
};

}  // namespace pipeline
