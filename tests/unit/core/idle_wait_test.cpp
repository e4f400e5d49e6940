// SPDX-License-Identifier: Apache-2.0
#include "common/core/idle_wait.hpp"

#include "tests/support/catch.hpp"

namespace pipeline {
namespace {

TEST_CASE(
    "a wait is at most half a second at first, later four, and half a second again after something was "
    "found",
    "[idle]") {
    using std::chrono::milliseconds;
    constexpr std::uint64_t kNow = 60'100'000'000;  // 0.1 s after a moment that is common to all
    IdleWait wait;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 4; ++i) CHECK(wait.next(kNow) == milliseconds(400));
        CHECK(wait.next(kNow) == milliseconds(3900));
        CHECK(wait.next(kNow) == milliseconds(3900));
        wait.found_something();
    }
}

TEST_CASE("at the common moment itself the next one is meant: no wait is zero", "[idle]") {
    CHECK(IdleWait().next(60'000'000'000) == IdleWait::kSoon);
}

}  // namespace
}  // namespace pipeline
