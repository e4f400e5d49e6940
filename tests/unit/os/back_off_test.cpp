// SPDX-License-Identifier: Apache-2.0
#include "common/os/back_off.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

TEST_CASE("the first restart is at once, then delays double to a second, and progress resets them",
          "[back_off]") {
    BackOff back_off;
    const BackOff::TimePoint now{1000s};
    for (const auto delay : {0ms, 10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1000ms, 1000ms}) {
        CHECK(back_off.ended(now) == delay);
        CHECK(back_off.start_at() == now + delay);
    }
    back_off.got_further();
    CHECK(back_off.ended(now) == 0ms);
    CHECK(back_off.start_at() == now);
    CHECK(back_off.ended(now) == 10ms);
}
