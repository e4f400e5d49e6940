// SPDX-License-Identifier: Apache-2.0
#include "supervisor/starter.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "supervisor/options/options.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

using Clock = std::chrono::steady_clock;

// Two consumers: that of place 0 has died and is not due yet, that of place 1 runs and was not told to leave.
struct OneDead {
    OneDead() {
        children.producer().role = Child::Role::Producer;
        children.producer().state = Child::State::Running;
        pool.want(2, Clock::now());
        children.consumer(0)->start_at = Clock::now() + std::chrono::hours(1);
        pool.prepare(*children.consumer(1), false);
        children.consumer(1)->state = Child::State::Running;
    }
    ~OneDead() { segments.unlink(); }
    // The dead consumer has left an item that was in work, and nobody knows why it died.
    void leave_in_work() {
        const Hand hand = segments.ring().hand(0);
        hand.item(0).set_id("1");
        hand.set_word({0, 1, 0});
        hand.begin_work(0, 0);
    }
    [[nodiscard]] bool is_told() const { return segments.ring().hand(1).is_told_to_leave(); }
    [[nodiscard]] std::uint32_t calls() const { return segments.ring().area().calls; }

    Options options;
    Segments segments =
        Segments::create(fmt::format("unit-{}-starter", ::getpid()), {8, 8, "spool:/in", "none"});
    Children children{Child{}, false};
    Drain drain{options, segments, children};
    Pool pool{children, segments.ring(), [](std::uint16_t place) {
                  Child child;
                  child.place = place;
                  return child;
              }};
    Suspicion suspicion{children, segments.ring()};
    Starter starter{segments, children, pool, drain, suspicion};
};

}  // namespace

TEST_CASE("a consumer that runs while a suspect waits is told once to make way", "[starter]") {
    OneDead run;
    run.leave_in_work();
    const std::uint32_t before = run.calls();
    run.suspicion.raise();
    run.starter.start_due(Clock::now());
    CHECK(run.is_told());
    CHECK(run.children.consumer(1)->told);
    CHECK(run.calls() == before + 1);
    run.starter.start_due(Clock::now());
    CHECK(run.calls() == before + 1);
}

TEST_CASE("a consumer stays while nothing is suspected", "[starter]") {
    OneDead run;
    run.suspicion.raise();
    const std::uint32_t before = run.calls();
    run.starter.start_due(Clock::now());
    CHECK_FALSE(run.is_told());
    CHECK(run.calls() == before);
}
