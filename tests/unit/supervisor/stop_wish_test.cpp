// SPDX-License-Identifier: Apache-2.0
#include "supervisor/stop_wish.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

TEST_CASE("signals drain, then leave, then cut short; those within 200 ms of one are one with it",
          "[stop_wish]") {
    using Means = StopWish::Means;
    StopWish wish;
    const StopWish::TimePoint now{1000s};
    CHECK(wish.signalled(now) == Means::Drain);
    wish.obeyed(now + 1s);  // the log was slow
    CHECK(wish.signalled(now + 1s) == Means::Nothing);
    CHECK(wish.signalled(now + 1199ms) == Means::Nothing);
    CHECK(wish.signalled(now + 1200ms) == Means::Leave);
    wish.obeyed(now + 1200ms);
    CHECK(wish.signalled(now + 1399ms) == Means::Nothing);
    CHECK(wish.signalled(now + 1400ms) == Means::CutShort);
    wish.obeyed(now + 1400ms);
    CHECK(wish.signalled(now + 1500ms) == Means::Nothing);
    CHECK(wish.signalled(now + 1h) == Means::CutShort);
}
