// SPDX-License-Identifier: Apache-2.0
#include "common/core/bottleneck.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "tests/support/catch.hpp"
#include "tests/support/near.hpp"

namespace pipeline {
namespace {

using test::near;

bool contains(const Advice& advice, std::string_view text) {
    INFO(advice.sentence);
    return advice.sentence.find(text) != std::string::npos;
}

TimeSpent spent(std::uint64_t working, std::uint64_t input, std::uint64_t room, std::uint64_t flushing) {
    TimeSpent times;
    times.ns = {working, input, room, flushing};
    return times;
}

// Ten seconds in which `consumers` did this each.
Load ten_seconds(TimeShares producer, std::size_t consumers, TimeShares each, std::uint64_t invoices) {
    return {std::chrono::seconds(10), invoices, invoices, producer, {consumers, each}};
}

TEST_CASE("shares are those of the time between two looks", "[bottleneck]") {
    const TimeShares shares = TimeShares::between(spent(100, 50, 7, 3), spent(400, 150, 7, 103));
    CHECK(near(shares.working, 0.6));
    CHECK(near(shares.waiting_for_input, 0.2));
    CHECK(shares.waiting_for_room == 0);
    CHECK(near(shares.flushing, 0.2));
    CHECK(near(shares.busy(), 0.8));

    CHECK(TimeShares::between(spent(5, 5, 5, 5), spent(5, 5, 5, 5)).busy() == 0);
    // What had been counted as waiting turned out to have been work.
    CHECK(TimeShares::between(spent(0, 50, 0, 0), spent(50, 0, 0, 0)).working == 1);
}

TEST_CASE("a producer that waits for busy consumers needs more of them", "[bottleneck]") {
    // Four consumers with 2 ms for each: 2,000 a second; the producer could give 12,000.
    const Advice advice = advise(ten_seconds({1.0 / 6, 0, 5.0 / 6, 0}, 4, {1, 0, 0, 0}, 20'000));
    CHECK(advice.bottleneck == Bottleneck::Consumers);
    CHECK(near(advice.needed_consumers, 24));
    CHECK(advice.sentence ==
          "consumers are the bottleneck: the producer waited 83 % of the last 10 s; about 24 consumers would "
          "match it; "
          "4 are running");
}

TEST_CASE("consumers that wait are too many for the source", "[bottleneck]") {
    const Advice advice = advise(ten_seconds({0.1, 0.9, 0, 0}, 8, {0.1, 0.9, 0, 0}, 4'000));
    CHECK(advice.bottleneck == Bottleneck::Source);
    CHECK(near(advice.needed_consumers, 0.8));
    CHECK(contains(advice, "consumers waited 90 %"));
    CHECK(contains(advice, "about 1 consumer would do; 8 are running"));
}

TEST_CASE("consumers that wait for the ledger are not helped by more of them", "[bottleneck]") {
    const Advice advice = advise(ten_seconds({0.1, 0, 0.9, 0}, 4, {0.1, 0, 0.6, 0.3}, 100'000));
    CHECK(advice.bottleneck == Bottleneck::Ledger);
    CHECK(contains(advice, "90 %"));
}

TEST_CASE("consumers that fall behind are told before the producer has to wait", "[bottleneck]") {
    // Four consumers with 2 ms for each, and 2,400 a second: the ring is not full yet.
    Load load = ten_seconds({0.2, 0.8, 0, 0}, 4, {1, 0, 0, 0}, 20'000);
    load.acquired = 24'000;
    Advice advice = advise(load);
    CHECK(advice.bottleneck == Bottleneck::Consumers);
    CHECK(near(advice.needed_consumers, 4.8));
    CHECK(advice.sentence ==
          "consumers are the bottleneck: they were busy 100 % of the last 10 s, and the ring took in 400/s "
          "more "
          "than they stored; about 5 consumers would match it; 4 are running");
    // If what takes their time is the ledger, more of them do not help.
    load.consumers.assign(4, {0.1, 0, 0.5, 0.4});
    CHECK(advise(load).bottleneck == Bottleneck::Ledger);
    // Who has time left will catch up.
    load.consumers.assign(4, {0.9, 0.1, 0, 0});
    CHECK(advise(load).bottleneck == Bottleneck::Nothing);
    // So few more are a matter of when one looks.
    load.consumers.assign(4, {1, 0, 0, 0});
    load.acquired = 20'100;
    CHECK(advise(load).bottleneck == Bottleneck::Nothing);
}

TEST_CASE("sides that keep pace are said to", "[bottleneck]") {
    const Advice advice = advise(ten_seconds({0.6, 0.38, 0.02, 0}, 4, {0.8, 0.2, 0, 0}, 16'000));
    CHECK(advice.bottleneck == Bottleneck::Nothing);
    CHECK(contains(advice, "keep pace"));
}

TEST_CASE("a pipeline without work, consumers or progress is told as that, and divides by nothing",
          "[bottleneck]") {
    CHECK(contains(advise(ten_seconds({0, 1, 0, 0}, 2, {0, 1, 0, 0}, 0)), "nothing to do"));
    CHECK(advise(ten_seconds({}, 0, {}, 0)).needed_consumers == 0);

    // Consumers that have been at one invoice for all of the time.
    const Advice stuck = advise(ten_seconds({0, 0, 1, 0}, 2, {1, 0, 0, 0}, 0));
    CHECK(stuck.bottleneck == Bottleneck::Consumers);
    CHECK(stuck.needed_consumers == 0);
    CHECK(stuck.sentence == "consumers are the bottleneck: the producer waited 100 % of the last 10 s");
}

TEST_CASE("how many consumers are needed is not made up where the producer had no time to show it",
          "[bottleneck]") {
    // It has waited for all but a thousandth of the time.
    const Load load = ten_seconds({0.001, 0, 0.999, 0}, 4, {1, 0, 0, 0}, 20'000);
    CHECK(need_of(load).is_at_least);
    CHECK(need_of(load).consumers > 100);
    CHECK(advise(load).needed_consumers == 0);
    CHECK(advise(load).sentence ==
          "consumers are the bottleneck: the producer waited 100 % of the last 10 s; more of them would "
          "help, how many is not known yet; 4 are running");
    CHECK(contains(advise(ten_seconds({0.001, 0, 0.999, 0}, 1, {1, 0, 0, 0}, 20'000)), "; 1 is running"));
    CHECK(contains(advise(ten_seconds({0.001, 0, 0.999, 0}, 256, {1, 0, 0, 0}, 20'000)),
                   "; there can be no more than the 256 that run"));
}

TEST_CASE("no more consumers are advised than there can be", "[bottleneck]") {
    Load load = ten_seconds({0, 0, 1, 0}, 4, {1, 0, 0, 0}, 1);
    load.acquired = std::numeric_limits<std::uint64_t>::max();
    load.producer = {0.5, 0, 0.5, 0};
    CHECK(advise(load).needed_consumers == 256);
    CHECK(
        contains(advise(load), "; not even 256, the most that there can be, would match it; 4 are running"));
}

TEST_CASE("consumers that are enough already are not advised", "[bottleneck]") {
    const Advice advice = advise(ten_seconds({0.9, 0, 0.1, 0}, 4, {0.6, 0.4, 0, 0}, 1'000));
    CHECK(advice.sentence ==
          "consumers are the bottleneck: the producer waited 10 % of the last 10 s; 4 are running");
}

TEST_CASE("what waits in the ring is told, and then nobody is said to keep pace", "[bottleneck]") {
    Load load = ten_seconds({0.6, 0.38, 0.02, 0}, 4, {0.8, 0.2, 0, 0}, 16'000);
    const std::string figures = "consumers were busy 80 % of the last 10 s, the producer waited for them 2 %";
    CHECK(advise(load).sentence == "source and consumers keep pace: " + figures);
    load.waiting = 1;
    CHECK(advise(load).sentence == figures + "; 1 invoice waits in the ring");
    load.waiting = 2;
    CHECK(advise(load).sentence == figures + "; 2 invoices wait in the ring");
}

TEST_CASE("while the source is paused, or the ledger takes nothing, that is the advice", "[bottleneck]") {
    Load load = ten_seconds({0, 0, 1, 0}, 4, {0.1, 0.9, 0, 0}, 20'000);
    load.is_paused = true;
    CHECK(advise(load).bottleneck == Bottleneck::Nothing);
    CHECK(advise(load).needed_consumers == 0);
    CHECK(contains(advise(load), "the source is paused"));
    CHECK_FALSE(contains(advise(load), "bottleneck"));
    load.ledger_trouble = "for 34 s: database or disk is full";
    CHECK(advise(load).bottleneck == Bottleneck::Ledger);
    CHECK(contains(advise(load), load.ledger_trouble));
    CHECK_FALSE(contains(advise(load), "consumers"));
}

TEST_CASE("small rates and long times are told as numbers", "[bottleneck]") {
    Load load = ten_seconds({0.2, 0.8, 0, 0}, 1, {1, 0, 0, 0}, 10);
    load.acquired = 12;
    CHECK(contains(advise(load), "the ring took in 0.2/s more than they stored"));
    load.interval = std::chrono::hours(1);
    CHECK(contains(advise(load), "of the last 3600 s"));
}

}  // namespace
}  // namespace pipeline
