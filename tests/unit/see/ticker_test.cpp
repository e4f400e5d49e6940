// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ticker.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>

#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"

using namespace pipeline;
using namespace pipeline::test;

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
    const Pipe keys;
    CHECK(ticker.wait(keys.out.get()) == Ticker::Event::Tick);
    keys.write("q");
    CHECK(ticker.wait(keys.out.get()) == Ticker::Event::Input);
    // Input that does not end keeps no tick off, nor a tick the input.
    CHECK(ticker.wait(keys.out.get()) == Ticker::Event::Tick);
    CHECK(ticker.wait(keys.out.get()) == Ticker::Event::Input);
    CHECK(ticker.wait(keys.out.get()) == Ticker::Event::Tick);
    REQUIRE(::raise(SIGTERM) == 0);
    CHECK(ticker.wait(keys.out.get()) == Ticker::Event::End);
    CHECK(ticker.wait() == Ticker::Event::End);
}

TEST_CASE("room is waited for no longer than until the end", "[ticker]") {
    const SignalsAsBefore restored;
    Ticker ticker(std::chrono::hours(1));
    Pipe output(O_NONBLOCK);
    CHECK(ticker.wait_for_room(output.in.get()));
    REQUIRE(::raise(SIGTERM) == 0);
    CHECK(ticker.wait_for_room(output.in.get()));
    output.fill();
    CHECK_FALSE(ticker.wait_for_room(output.in.get()));
    CHECK(ticker.wait() == Ticker::Event::End);
    output.out.reset();  // writing now says why not
    CHECK(ticker.wait_for_room(output.in.get()));
}
