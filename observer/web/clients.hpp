// SPDX-License-Identifier: Apache-2.0
// The connections of clients that ask once and get one answer, served by one thread that never waits for any
// of them. Each is bounded as a whole, in time and in bytes, however it divides them; their number is bounded
// too. Where one more comes than there may be, the oldest makes room, of the client that has most; where
// answers take too much memory, the oldest that has not read its own. So no number of clients that are slow,
// silent or do not read keeps others from being answered.
//
// A client is one IP address, or one network of an IPv6 one (/64). It knows nothing of HTTP but that the head
// of a request ends with an empty line.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/base/fd.hpp"

namespace pipeline {

class Clients {
  public:
    struct Bounds {
        std::size_t connections = 1024;         // at a time
        std::size_t request_bytes = 16'384;     // of a request's head
        std::size_t answer_bytes = 33'554'432;  // of all answers that are not sent yet, but for one
        std::chrono::milliseconds time{5'000};  // from the connection's beginning to its end
    };
    // From a request's head, or from as much of it as has come if nothing more will or may, makes the answer.
    // Empty: there is none, and the connection ends.
    using AnswerTo = std::function<std::string(std::string_view request)>;

    // `listening`: a socket that listens; it becomes non-blocking. Throws Failure InputOutput.
    Clients(UniqueFd listening, Bounds bounds, AnswerTo answer_to);

    // Readable as soon as serve() has something to do.
    [[nodiscard]] int fd() const noexcept { return events_.get(); }
    // Does what can be done without waiting, a bounded piece of it. Throws Failure InputOutput if no
    // connection can be accepted any more, and what `answer_to` throws.
    void serve();

    [[nodiscard]] std::size_t count() const noexcept { return open_.size(); }

  private:
    using Clock = std::chrono::steady_clock;
    using Address = std::array<unsigned char, 16>;
    struct Client {
        enum class State : std::uint8_t {
            Asks,   // `text` is what it has sent
            Reads,  // `text` is the answer, of which it has been sent `done`
            Leaves  // it has all of it, and may have sent more than was read: `done` bytes of that are
        };
        UniqueFd fd;
        Address address;
        Clock::time_point until;
        State state = State::Asks;
        std::string text;
        std::size_t done = 0;
    };
    using Open = std::map<std::uint64_t, Client>;  // by number, and so the oldest first

    void accept_some();
    void add(UniqueFd fd, const Address& address);
    void make_room();
    void make_room_for_answer(std::size_t bytes);
    void drop(Open::iterator client);
    void drop_late();
    void set_timer();
    void want(int fd, std::uint64_t number, std::uint32_t events, int operation);

    // Each goes on with a client as far as it can; false: the connection is to end.
    [[nodiscard]] bool go_on(std::uint64_t number, Client& client);
    [[nodiscard]] bool hear(std::uint64_t number, Client& client);
    [[nodiscard]] bool answer(std::uint64_t number, Client& client);
    [[nodiscard]] bool send(std::uint64_t number, Client& client);
    [[nodiscard]] static bool see_off(Client& client);

    UniqueFd listening_;
    Bounds bounds_;
    AnswerTo answer_to_;
    UniqueFd events_;  // epoll
    UniqueFd timer_;
    bool timer_is_set_ = false;
    bool is_listening_ = true;  // false: until the timer, since the system has no room for one connection
    std::uint64_t next_number_;
    Open open_;
    std::map<Address, std::size_t> counts_;  // of the open ones
    std::size_t held_bytes_ = 0;             // of their answers
};

}  // namespace pipeline
