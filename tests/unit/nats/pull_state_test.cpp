// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/pull_state.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;

namespace {

const PullState::Clock::time_point kStart(1h);

}  // namespace

TEST_CASE("one request is open at a time, until it is filled or ended", "[nats]") {
    PullState pull;
    CHECK(pull.may_begin(kStart));
    const auto request = pull.begin(3, kStart);
    CHECK(request.batch == 3);
    CHECK(request.heartbeat * 2 <= request.expires);
    CHECK(request.max_bytes == PullState::kMostBytes);
    CHECK_FALSE(pull.may_begin(kStart));
    for (int i = 0; i < 3; ++i) pull.delivered(kStart);
    CHECK(pull.may_begin(kStart));
    static_cast<void>(pull.begin(9, kStart));
    CHECK(pull.number() == 2);
    pull.ended(kStart, 0s);
    CHECK(pull.open() == 0);
    pull.delivered(kStart);  // of an older request: it counts for none
    CHECK(pull.open() == 0);
}

TEST_CASE("a request keeps within the limits of its consumer", "[nats]") {
    PullState pull;
    ConsumerInfo consumer;
    consumer.max_batch = 10;
    consumer.max_bytes = 4096;
    consumer.max_expires = 1s;
    pull.set_limits(consumer);
    const auto request = pull.begin(500, kStart);
    CHECK(request.batch == 10);
    CHECK(request.max_bytes == 4096);
    CHECK(request.expires == 1s);
    CHECK(request.heartbeat * 2 <= request.expires);
}

TEST_CASE("a request of which nothing is heard is lost", "[nats]") {
    PullState pull;
    CHECK_FALSE(pull.is_lost(kStart + 1h));
    static_cast<void>(pull.begin(5, kStart));
    CHECK_FALSE(pull.is_lost(kStart + PullState::kSilence));
    CHECK(pull.is_lost(kStart + PullState::kSilence + 1ms));
    pull.heard(kStart + 4s);
    CHECK_FALSE(pull.is_lost(kStart + PullState::kSilence + 1s));
    CHECK(pull.lost_at() == kStart + 4s + PullState::kSilence);
}

TEST_CASE("a message that is larger than a request is asked for alone and without a limit", "[nats]") {
    PullState pull;
    static_cast<void>(pull.begin(5, kStart));
    pull.next_is_large(kStart);
    const auto alone = pull.begin(5, kStart);
    CHECK(alone.batch == 1);
    CHECK(alone.max_bytes == 0);
    pull.delivered(kStart);
    CHECK(pull.begin(5, kStart).max_bytes == PullState::kMostBytes);
}

TEST_CASE("after refusals the next request waits, longer each time, and a message ends that", "[nats]") {
    PullState pull;
    auto now = kStart;
    auto last = 0ns;
    for (unsigned times = 1; times <= 20; ++times) {
        static_cast<void>(pull.begin(5, now));
        CHECK(pull.refused(now) == times);
        const auto pause = pull.not_before() - now;
        CHECK(pause >= last);
        CHECK(pause <= 1s);
        CHECK_FALSE(pull.may_begin(now));
        last = pause;
        now = pull.not_before();
    }
    static_cast<void>(pull.begin(5, now));
    pull.delivered(now);
    CHECK(pull.refused(now) == 1);
}
