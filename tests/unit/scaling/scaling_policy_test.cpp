// SPDX-License-Identifier: Apache-2.0
// How many consumers the policy wants, over a simulated pipeline: a source, a ring, consumers on so many
// processors, a second at a time. What is random has a fixed seed: the outcome is the same everywhere.
#include "supervisor/scaling/scaling_policy.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

struct Workload {
    double rate = 1e6;         // invoices a second that the source would give
    double service = 0.002;    // seconds of a consumer for each
    double processors = 1e9;   // that the consumers share: those beyond it slow all down
    double noise = 0;          // of rate and service: up to this share more or less
    double ledger = 1e9;       // invoices a second that it takes
    double capacity = 16'384;  // of the ring
};

class SimulatedPipeline {
  public:
    SimulatedPipeline(Workload workload, ConsumerRange range)
        : load(workload), policy(range), consumers(range.least) {}

    // One window; returns the decision's reason, empty if there is none.
    std::string second() {
        const double rate = load.rate * about_one();
        const double service = load.service * about_one() * std::max(1.0, consumers / load.processors);
        const double could = std::min(consumers / service, load.ledger);
        const double offered = std::min(rate, load.capacity - waiting_ + could);
        const double stored = std::min(waiting_ + offered, could);
        waiting_ += offered - stored;
        done += stored;
        Load seen;
        seen.interval = std::chrono::seconds(1);
        seen.acquired = static_cast<std::uint64_t>(offered);
        seen.stored = static_cast<std::uint64_t>(stored);
        seen.producer.working = rate > 0 ? offered / rate : 0;
        seen.producer.waiting_for_room = rate > 0 ? 1 - offered / rate : 0;
        const double working = stored * service / consumers;
        const double storing = could == load.ledger && stored == could ? 1 - working : 0;
        seen.consumers.assign(consumers, {working, 1 - working - storing, storing, 0});
        const auto decision = policy.look(consumers, seen, static_cast<std::uint64_t>(waiting_));
        if (!decision) return {};
        INFO(decision->reason);
        REQUIRE(decision->consumers != consumers);
        ++decisions;
        consumers = decision->consumers;
        return decision->reason;
    }
    void seconds(int count) {
        while (count-- > 0) second();
    }
    // The least and the most there are in so many seconds.
    [[nodiscard]] ConsumerRange range_in(int count) {
        ConsumerRange seen{consumers, consumers};
        while (count-- > 0) {
            second();
            seen = {std::min(seen.least, consumers), std::max(seen.most, consumers)};
        }
        return seen;
    }

    Workload load;
    ScalingPolicy policy;
    std::uint32_t consumers;
    int decisions = 0;
    double done = 0;

  private:
    double about_one() { return 1 + load.noise * (2 * static_cast<double>(random_() % 10'001) / 10'000 - 1); }
    double waiting_ = 0;
    std::minstd_rand random_{4711};
};

Workload steady(double rate, double noise = 0) {
    Workload load;
    load.rate = rate;
    load.noise = noise;
    return load;
}

constexpr ConsumerRange kMany{1, 32};

}  // namespace

TEST_CASE("within ten seconds there are enough consumers for the source, and then always as many",
          "[scaling]") {
    const double noise = GENERATE(0, 0.03, 0.08);
    CAPTURE(noise);
    SimulatedPipeline pipeline(steady(4000, noise), kMany);
    pipeline.seconds(10);
    CHECK(pipeline.consumers >= 8);
    CHECK(pipeline.consumers <= 12);
    const ConsumerRange later = pipeline.range_in(600);
    CHECK(later.least >= 8);
    CHECK(later.most <= 12);
    // Ups and downs in turn would be dozens.
    CHECK(pipeline.decisions <= 6);
}

TEST_CASE("a source that gives little needs few consumers from the beginning", "[scaling]") {
    SimulatedPipeline pipeline(steady(400, 0.05), kMany);
    const ConsumerRange all = pipeline.range_in(120);
    CHECK(all.most <= 2);
    CHECK(pipeline.decisions <= 2);
}

TEST_CASE("when the source gives less there are fewer after a while, as many as were needed in it",
          "[scaling]") {
    SimulatedPipeline pipeline(steady(4000), kMany);
    pipeline.seconds(40);  // what has piled up is worked off
    const std::uint32_t before = pipeline.consumers;
    pipeline.load.rate = 400;
    const ConsumerRange soon = pipeline.range_in(static_cast<int>(ScalingPolicy::kDown) - 1);
    CHECK(soon.least == before);
    pipeline.seconds(11);
    CHECK(pipeline.consumers <= 2);
    const ConsumerRange later = pipeline.range_in(120);
    CHECK(later.most <= 2);
}

TEST_CASE("a moment in which nothing comes takes no consumer away", "[scaling]") {
    SimulatedPipeline pipeline(steady(4000), kMany);
    pipeline.seconds(40);
    const std::uint32_t before = pipeline.consumers;
    for (int i = 0; i < 30; ++i) {
        pipeline.load.rate = i % 5 == 0 ? 4000 : 0;
        pipeline.second();
        CHECK(pipeline.consumers == before);
    }
}

TEST_CASE("one second in which more comes starts no consumer", "[scaling]") {
    SimulatedPipeline pipeline(steady(400), {2, 32});
    for (int i = 0; i < 60; ++i) {
        pipeline.load.rate = i % 7 == 0 ? 2000 : 400;
        pipeline.second();
        CHECK(pipeline.consumers == 2);
    }
}

TEST_CASE("it never more than doubles at once and stays within its range", "[scaling]") {
    SimulatedPipeline pipeline(steady(1e6), {3, 20});
    std::uint32_t last = pipeline.consumers;
    for (int i = 0; i < 30; ++i) {
        pipeline.second();
        CHECK(pipeline.consumers <= 2 * last);
        CHECK(pipeline.consumers <= 20);
        last = pipeline.consumers;
    }
    CHECK(pipeline.consumers == 20);
    pipeline.load.rate = 0;
    pipeline.seconds(60);
    CHECK(pipeline.consumers == 3);
}

TEST_CASE("more consumers than the processors can serve are tried ever less often and taken back",
          "[scaling]") {
    Workload load;
    load.processors = 4;
    load.noise = 0.03;
    SimulatedPipeline pipeline(load, kMany);
    pipeline.seconds(30);
    CHECK(pipeline.consumers == 4);
    int above = 0;
    pipeline.decisions = 0;
    for (int i = 0; i < 3600; ++i) {
        const std::string reason = pipeline.second();
        CHECK(pipeline.consumers >= 4);
        if (pipeline.consumers > 4) ++above;
        if (!reason.empty() && pipeline.consumers == 4)
            CHECK(reason.find("more do not help") != std::string::npos);
    }
    // Each trial is two decisions.
    CHECK(pipeline.decisions <= 2 * 20);
    CHECK(pipeline.decisions >= 2 * 10);
    CHECK(above < 3600 / 50);
    // It notices when processors become free.
    pipeline.load.processors = 1e9;
    pipeline.seconds(static_cast<int>(ScalingPolicy::kLastRest) + 30);
    CHECK(pipeline.consumers == 32);
}

TEST_CASE("consumers that wait for the ledger get no company", "[scaling]") {
    Workload load;
    load.ledger = 500;
    load.service = 0.0005;
    SimulatedPipeline pipeline(load, kMany);
    const ConsumerRange all = pipeline.range_in(120);
    CHECK(all.most == 1);
}

TEST_CASE("invoices that take longer than the windows get more consumers while all of them are busy",
          "[scaling]") {
    ScalingPolicy policy(kMany);
    Load load;
    load.interval = std::chrono::seconds(1);
    load.consumers.assign(4, {1, 0, 0, 0});
    CHECK_FALSE(policy.look(4, load, 100));
    const auto decision = policy.look(4, load, 100);
    REQUIRE(decision);
    CHECK(decision->consumers == 5);
    CHECK(decision->reason == "all of them are busy, with invoices that take long");
    load.consumers.assign(5, {0.7, 0.3, 0, 0});
    for (int i = 0; i < 60; ++i) CHECK_FALSE(policy.look(5, load, 0));
}

TEST_CASE("what is in the ring already counts, though nothing more comes", "[scaling]") {
    ScalingPolicy policy(kMany);
    Load load;
    load.interval = std::chrono::seconds(1);
    load.stored = 10;
    load.consumers.assign(1, {1, 0, 0, 0});  // 100 ms each: 10,000 of them are a thousand seconds of work
    CHECK_FALSE(policy.look(1, load, 10'000));
    const auto decision = policy.look(1, load, 10'000);
    REQUIRE(decision);
    CHECK(decision->consumers == 2);
}

TEST_CASE("a decision says what led to it", "[scaling]") {
    SimulatedPipeline pipeline(steady(4000), kMany);
    CHECK(pipeline.second().empty());
    CHECK(pipeline.second() ==
          "4000/s come, 7000 wait, each takes a consumer 2 ms: 10.0 are needed, at most doubled");
    pipeline.seconds(60);
    pipeline.load.rate = 400;
    std::string reason;
    while (reason.empty()) reason = pipeline.second();
    CHECK(reason == "no more than 1 were needed in the last 10 s");
    Workload busy;
    busy.processors = 1;
    SimulatedPipeline other(busy, kMany);
    other.seconds(3);
    CHECK(other.second() ==
          "2 consumers did 500/s, 1 did 500/s: more do not help, and are not tried for 15 s");
}

TEST_CASE("what was forgotten decides nothing", "[scaling]") {
    SimulatedPipeline pipeline(steady(4000), kMany);
    for (int i = 0; i < 20; ++i) {
        CHECK(pipeline.second().empty());
        pipeline.policy.forget();
    }
}

TEST_CASE("an idle pipeline, and one without consumers, divides by nothing", "[scaling]") {
    ScalingPolicy policy({2, 4});
    Load load;
    load.interval = std::chrono::seconds(1);
    for (int i = 0; i < 30; ++i) CHECK_FALSE(policy.look(2, load, 0));
    load.acquired = 100;
    for (int i = 0; i < 30; ++i) CHECK_FALSE(policy.look(2, load, 100));
}
