// SPDX-License-Identifier: Apache-2.0
#include "supervisor/stop_wish.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

TEST_CASE("signals within 200 ms of the first are one with it, and a later one cuts the drain short",
          "[stop_wish]") {
    StopWish wish;
    const StopWish::TimePoint now{1000s};
    CHECK(wish.signalled(now) == StopWish::Means::Drain);
    wish.obeyed(now + 1s);  // the log was slow
    CHECK(wish.signalled(now + 1s) == StopWish::Means::Nothing);
    CHECK(wish.signalled(now + 1199ms) == StopWish::Means::Nothing);
    CHECK(wish.signalled(now + 1200ms) == StopWish::Means::CutShort);
    CHECK(wish.signalled(now + 1h) == StopWish::Means::CutShort);
}
