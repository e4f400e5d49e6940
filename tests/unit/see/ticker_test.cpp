// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ticker.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

// Gives the thread its signals back as they were, without the one that is pending.
class SignalsAsBefore {
  public:
    SignalsAsBefore() { ::pthread_sigmask(SIG_SETMASK, nullptr, &before_); }
    SignalsAsBefore(const SignalsAsBefore&) = delete;
    SignalsAsBefore& operator=(const SignalsAsBefore&) = delete;
    ~SignalsAsBefore() {
        sigset_t pending;
        ::sigemptyset(&pending);
        ::sigaddset(&pending, SIGTERM);
        const timespec at_once{};
        ::sigtimedwait(&pending, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

  private:
    sigset_t before_{};
};

}  // namespace

TEST_CASE("a signal and a key are seen although every tick is late, and ticks although keys are",
          "[ticker]") {
    const SignalsAsBefore restored;
    Ticker ticker(std::chrono::nanoseconds(1));
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    CHECK(ticker.wait(reader.get()) == Ticker::Event::Tick);
    REQUIRE(::write(writer.get(), "q", 1) == 1);
    CHECK(ticker.wait(reader.get()) == Ticker::Event::Input);
    // Input that does not end keeps no tick off, nor a tick the input.
    CHECK(ticker.wait(reader.get()) == Ticker::Event::Tick);
    CHECK(ticker.wait(reader.get()) == Ticker::Event::Input);
    CHECK(ticker.wait(reader.get()) == Ticker::Event::Tick);
    REQUIRE(::raise(SIGTERM) == 0);
    CHECK(ticker.wait(reader.get()) == Ticker::Event::End);
    CHECK(ticker.wait() == Ticker::Event::End);
}

TEST_CASE("room is waited for no longer than until the end", "[ticker]") {
    const SignalsAsBefore restored;
    Ticker ticker(std::chrono::hours(1));
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    CHECK(ticker.wait_for_room(writer.get()));
    REQUIRE(::raise(SIGTERM) == 0);
    CHECK(ticker.wait_for_room(writer.get()));
    while (::write(writer.get(), "full", 4) > 0) {
    }
    CHECK_FALSE(ticker.wait_for_room(writer.get()));
    CHECK(ticker.wait() == Ticker::Event::End);
    reader.reset();  // writing now says why not
    CHECK(ticker.wait_for_room(writer.get()));
}
