// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/comparison.hpp"

#include <cmath>
#include <memory>

#include "observer/judge/history.hpp"
#include "observer/judge/steady_times.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/near.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

Observation at(std::uint64_t ns) {
    Observation seen;
    seen.at_ns = ns;
    seen.generation = 7;
    return seen;
}

ConsumerObservation consumer(std::uint16_t place, std::uint64_t items, std::uint64_t working,
                             std::uint64_t input) {
    ConsumerObservation consumer;
    consumer.place = place;
    consumer.state = ProcessState::Running;
    consumer.items = items;
    consumer.time.ns = {working, input, 0, 0};
    return consumer;
}

Histogram histogram(std::uint64_t ns, std::uint64_t times) {
    const auto area = std::make_unique<HistogramArea>();
    area->add(ns, times);
    return Histogram(*area);
}

}  // namespace

TEST_CASE("two observations give the rates, shares and latencies between them", "[comparison]") {
    Observation earlier = at(kSecond);
    earlier.live.flow = {1000, 0, 0, 900, 800, {}};
    earlier.consumers = {consumer(0, 500, 100, 0), consumer(2, 400, 0, 100)};
    earlier.processing = histogram(1'000, 10);
    Observation now = at(3 * kSecond);
    now.live.flow = {3000, 0, 0, 1900, 1000, {}};
    now.consumers = {consumer(2, 1400, kSecond, kSecond + 100), consumer(5, 77, kSecond, 0)};
    now.processing = histogram(1'000, 10);
    now.processing += histogram(5'000'000, 90);

    const Comparison comparison = Comparison::of(earlier, now);
    CHECK(near(comparison.seconds, 2));
    CHECK(near(comparison.acquired_per_second, 1000));
    CHECK(near(comparison.saved_per_second, 500));
    CHECK(near(comparison.stored_per_second, 100));
    REQUIRE(comparison.consumers.size() == 2);
    CHECK(near(comparison.consumers[0].items_per_second, 500));
    CHECK(near(comparison.consumers[0].shares.working, 0.5));
    // New in its place: not known.
    CHECK(comparison.consumers[1].items_per_second == 0);
    CHECK(comparison.processing.count == 90);
    CHECK(near(comparison.processing.p50, 0.005, 1.0 / 64));
    CHECK(near(comparison.processing.mean, 0.005));
    CHECK(comparison.waiting.count == 0);
    CHECK(comparison.waiting.p99 == 0);
}

TEST_CASE("observations of different generations, or of one moment, are not compared", "[comparison]") {
    Observation now = at(3 * kSecond);
    now.live.flow.acquired = 10;
    CHECK(Comparison::of(now, now).seconds == 0);
    Observation other = at(kSecond);
    other.generation = 8;
    CHECK(Comparison::of(other, now).seconds == 0);
    CHECK(Comparison::of(at(4 * kSecond), now).seconds == 0);
}

TEST_CASE("what goes backwards has not changed", "[comparison]") {
    Observation earlier = at(kSecond);
    earlier.live.flow = {1000, 0, 0, 1000, 1000, {}};
    earlier.consumers = {consumer(0, 500, kSecond, 0)};
    Observation now = at(2 * kSecond);
    now.consumers = {consumer(0, 0, 0, 0)};
    const Comparison comparison = Comparison::of(earlier, now);
    CHECK(comparison.acquired_per_second == 0);
    CHECK(comparison.stored_per_second == 0);
    CHECK(comparison.consumers.front().items_per_second == 0);
}

TEST_CASE("only consumers that run count for the advice", "[comparison]") {
    Observation earlier = at(kSecond);
    Observation now = at(2 * kSecond);
    earlier.consumers = {consumer(0, 0, 0, 0), consumer(1, 0, 0, 0)};
    now.live.flow = {1000, 0, 0, 1000, 1000, {}};
    now.consumers = {consumer(0, 1000, kSecond / 10, kSecond * 9 / 10), consumer(1, 0, kSecond, 0)};
    now.consumers[1].state = ProcessState::Stopped;
    const Advice advice = Comparison::of(earlier, now).advice;
    CHECK(advice.bottleneck == Bottleneck::Source);
    CHECK(advice.sentence.find("1 is running") != std::string::npos);
    now.consumers[0].state = ProcessState::Stopped;
    CHECK(Comparison::of(earlier, now).advice.sentence.empty());
}

TEST_CASE("while consumers come and go there is no advice", "[comparison]") {
    Observation earlier = at(kSecond);
    Observation now = at(2 * kSecond);
    earlier.consumers = {consumer(0, 0, 0, 0)};
    now.consumers = {consumer(0, 1000, kSecond, 0), consumer(1, 500, kSecond / 2, 0)};
    CHECK_FALSE(has_same_consumers(earlier, now));
    CHECK(Comparison::of(earlier, now).advice.sentence.empty());
    CHECK(Comparison::of(now, earlier).seconds == 0);
    earlier.consumers.push_back(consumer(1, 0, 0, 0));
    CHECK(has_same_consumers(earlier, now));
    CHECK_FALSE(Comparison::of(earlier, now).advice.sentence.empty());
}

TEST_CASE("what is known to be the cause is told without a comparison", "[comparison]") {
    Observation earlier = at(100 * kSecond);
    Observation now = at(101 * kSecond);
    earlier.consumers = {consumer(0, 0, 0, 0)};
    now.consumers = {consumer(0, 1000, 0, kSecond)};
    now.live.flow = {1000, 0, 0, 1000, 1000, {}};
    now.state = PipelineState::Running;
    CHECK(Comparison::of(earlier, now).advice.bottleneck == Bottleneck::Source);
    now.is_paused = true;
    CHECK(Comparison::of(earlier, now).advice.bottleneck == Bottleneck::Nothing);
    CHECK(Comparison::of(earlier, now).advice.sentence.starts_with("the source is paused"));
    SECTION("which is the ledger, if that takes nothing") {
        now.ledger_condition.failing_since_ns = now.at_ns - 34 * kSecond;
        now.ledger_condition.unstored_since_ns = now.at_ns - 34 * kSecond;
        now.ledger_condition.error = "database or disk is full";
        const Advice advice = Comparison::of(earlier, now).advice;
        CHECK(advice.bottleneck == Bottleneck::Ledger);
        CHECK(advice.sentence ==
              "the ledger is the bottleneck: it takes nothing, for 34.0 s: database or disk is full");
    }
    SECTION("but a time that was paused and one that was not say nothing together") {
        std::swap(earlier.is_paused, now.is_paused);
        CHECK_FALSE(is_comparable(earlier, now));
        CHECK(Comparison::of(earlier, now).advice.sentence.empty());
    }
    SECTION("nor is a drain a pause") {
        now.state = PipelineState::Draining;
        earlier.is_paused = true;
        CHECK(Comparison::of(earlier, now).advice.bottleneck == Bottleneck::Source);
    }
}

TEST_CASE("sides keep pace only while nothing waits in the ring", "[comparison]") {
    Observation earlier = at(kSecond);
    Observation now = at(2 * kSecond);
    earlier.consumers = {consumer(0, 0, 0, 0)};
    now.consumers = {consumer(0, 1000, kSecond, 0)};
    now.live.flow = {1000, 0, 0, 1000, 1000, {}};
    CHECK(Comparison::of(earlier, now).advice.sentence.starts_with("source and consumers keep pace: "));
    now.live.flow = {1001, 1, 0, 1000, 1000, {}};
    CHECK(Comparison::of(earlier, now).advice.sentence.ends_with("; 1 invoice waits in the ring"));
}

TEST_CASE("movement is an invoice that gets further", "[comparison]") {
    const Observation earlier = at(kSecond);
    Observation now = at(2 * kSecond);
    CHECK_FALSE(has_moved(earlier, now));
    SECTION("acquired") {
        now.live.flow.acquired = 1;
    }
    SECTION("claimed") {
        now.live.flow.in_hands = 1;
    }
    SECTION("processed") {
        now.live.flow.saved = 1;
    }
    SECTION("stored") {
        now.live.flow.durable = 1;
    }
    SECTION("acknowledged") {
        now.released = 1;
    }
    SECTION("another pipeline") {
        now.generation = 8;
    }
    CHECK(has_moved(earlier, now));
}

TEST_CASE("one observation tells when something moved last", "[comparison]") {
    Observation now = at(10 * kSecond);
    CHECK(last_moved_ns(now) == 0);
    now.last_acquired_ns = 4 * kSecond;
    now.last_saved_ns = 6 * kSecond;
    CHECK(last_moved_ns(now) == 6 * kSecond);
    now.last_saved_ns = 11 * kSecond;  // nothing has come from the future
    CHECK(last_moved_ns(now) == 4 * kSecond);
}

TEST_CASE("times spent never go back, whatever a process turns out to have done", "[steady_times]") {
    SteadyTimes times;
    const auto mended = [&times](std::uint64_t working, std::uint64_t input) {
        Observation seen = at(kSecond);
        seen.consumers = {consumer(3, 0, working, input)};
        seen.producer.time.ns = {working, input, 0, 0};
        times.mend(seen);
        CHECK(seen.producer.time.ns == seen.consumers.front().time.ns);
        return seen.consumers.front().time.ns;
    };
    CHECK(mended(100, 50)[1] == 50);
    CHECK(mended(130, 20)[1] == 50);  // it had not waited after all
    CHECK(mended(130, 25)[1] == 55);
    CHECK(mended(0, 0)[0] == 130);
    times.begin_anew();
    CHECK(mended(5, 5)[0] == 5);
}

TEST_CASE("in a standstill latencies grow with what still waits", "[comparison]") {
    Observation earlier = at(kSecond);
    Observation now = at(3 * kSecond);
    CHECK(Comparison::of(earlier, now).until_durable.count == 0);
    for (const std::uint64_t age : {5 * kSecond, 500 * kSecond}) {
        now.under_way = histogram(age, 7);
        const Latencies latencies = Comparison::of(earlier, now).until_durable;
        CHECK(latencies.count == 7);
        CHECK(near(latencies.p99, static_cast<double>(age) / 1e9, 0.02));
        CHECK(near(latencies.p50, static_cast<double>(age) / 1e9, 0.02));
        CHECK(Pace::between(earlier, now).until_durable_p99_seconds == latencies.p99);
    }
}

TEST_CASE("what has just begun makes nothing look faster than it was", "[comparison]") {
    const Latencies arrived = Latencies::of(histogram(kSecond, 10));
    const Latencies both = Latencies::of(histogram(kSecond, 10), histogram(1'000, 1'000));
    CHECK(both.p50 == arrived.p50);
    CHECK(both.p99 == arrived.p99);
    CHECK(both.mean == arrived.mean);
    CHECK(Latencies::of(histogram(kSecond, 90), histogram(60 * kSecond, 10)).p50 == arrived.p50);
    CHECK(near(Latencies::of(histogram(kSecond, 90), histogram(60 * kSecond, 10)).p99, 60, 0.02));
}

TEST_CASE("a source that goes on alone moves something, and nothing is worked on", "[comparison]") {
    Observation earlier = at(kSecond);
    earlier.live.flow = {10, 5, 2, 3, 1, {}};
    Observation now = earlier;
    now.live.flow.acquired += 4;
    now.live.flow.in_ring += 4;
    CHECK(has_moved(earlier, now));
    CHECK_FALSE(has_worked(earlier, now));
    now.live.flow.in_ring -= 1;
    now.live.flow.in_hands += 1;
    CHECK(has_worked(earlier, now));
}
