// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/history.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

Observation seen_at(std::uint64_t second, std::uint64_t acquired, std::uint64_t durable) {
    Observation seen;
    seen.at_ns = second * kSecond;
    seen.live.flow.acquired = acquired;
    seen.live.flow.durable = durable;
    return seen;
}

}  // namespace

TEST_CASE("a pace is of the time between two looks, however long it was", "[history]") {
    const Pace pace = Pace::between(seen_at(20, 100, 50), seen_at(30, 400, 150));
    CHECK(pace.at_ns == 30 * kSecond);
    CHECK(pace.seconds == 10);
    CHECK(pace.acquired_per_second == 30);
    CHECK(pace.stored_per_second == 10);
    CHECK(pace.in_flight == 250);
    CHECK(Pace::between(seen_at(20, 100, 50), seen_at(30, 90, 40)).acquired_per_second == 0);
}

TEST_CASE("a history goes back five minutes, whatever the looks are apart", "[history]") {
    for (const std::uint64_t apart : {1U, 10U, 60U}) {
        std::vector<Pace> history;
        for (std::uint64_t second = apart; second <= 1200; second += apart)
            add_pace(history, Pace::between(seen_at(second - apart, 0, 0), seen_at(second, 0, 0)));
        CHECK(history.size() == 300 / apart);
        CHECK(seconds_ago(history, history.front()) == static_cast<double>(300 - apart));
        CHECK(seconds_ago(history, history.back()) == 0);
    }
}

TEST_CASE("a pace has the failures, and the longest time that an invoice is in work", "[history]") {
    Observation earlier = seen_at(20, 100, 50);
    Observation now = seen_at(30, 400, 150);
    earlier.live.flow.outcomes.failed = 5;
    now.live.flow.outcomes.failed = 25;
    for (const std::uint64_t since : {28U, 21U, 31U}) {
        ConsumerObservation consumer;
        consumer.invoice = CurrentInvoice{"a", 1, since * kSecond};
        now.consumers.push_back(consumer);
    }
    now.consumers.emplace_back();
    const Pace pace = Pace::between(earlier, now);
    CHECK(pace.failed_per_second == 2);
    CHECK(pace.longest_in_work_seconds == 9);
}

TEST_CASE("an hour goes back sixty minutes", "[history]") {
    std::vector<Pace> hour;
    for (std::uint64_t second = 60; second <= 7200; second += 60)
        add_pace(hour, Pace::between(seen_at(second - 60, 0, 0), seen_at(second, 0, 0)), kHour);
    CHECK(hour.size() == 60);
}
