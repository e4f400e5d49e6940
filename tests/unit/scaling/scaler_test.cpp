// SPDX-License-Identifier: Apache-2.0
// What the scaler makes of shared memory, at times that the test gives.
#include "supervisor/scaling/scaler.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/near.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

Child running(Child::Role role, std::uint16_t place = 0) {
    Child child;
    child.role = role;
    child.place = place;
    child.state = Child::State::Running;
    child.process.pid = 100 + place;
    return child;
}

// A producer and three consumers that do what the test says they did.
class Fixture {
  public:
    Fixture() {
        for (std::uint16_t place = 0; place < 3; ++place) {
            children.add(running(Child::Role::Consumer, place));
            segments.ring().area().hands[place].process = 100U + place;
            spend(place, seconds(0), seconds(0));
        }
    }
    ~Fixture() { segments.unlink(); }

    // The consumer of a place has spent its time like this, up to now.
    void spend(std::size_t place, milliseconds working, milliseconds waiting) {
        ActivityArea& area = segments.metrics().places[place].activity;
        area.spent_ns[0] += static_cast<std::uint64_t>(std::chrono::nanoseconds(working).count());
        area.spent_ns[1] += static_cast<std::uint64_t>(std::chrono::nanoseconds(waiting).count());
        area.now = static_cast<std::uint64_t>(now.time_since_epoch().count());
    }
    // A second in which all of them are idle.
    std::optional<ScalingDecision> idle_second() {
        now += seconds(1);
        for (std::size_t place = 0; place < 3; ++place) spend(place, milliseconds(0), milliseconds(1000));
        return scaler.look(now, 3);
    }

    Segments segments =
        Segments::create(fmt::format("unit-{}-scaler", ::getpid()), {8, 8, "sequence", "none", 1, true});
    Children children{running(Child::Role::Producer), false};
    Scaler::TimePoint now{seconds(1000)};
    Scaler scaler{{1, 8}, segments, children, now};
};

}  // namespace

TEST_CASE("consumers that do nothing are let go after ten windows", "[scaler]") {
    Fixture fixture;
    for (int second = 1; second < 10; ++second) CHECK_FALSE(fixture.idle_second());
    const auto decision = fixture.idle_second();
    REQUIRE(decision);
    CHECK(decision->consumers == 1);
}

TEST_CASE("while the source is paused nothing is decided, and afterwards it begins anew", "[scaler]") {
    Fixture fixture;
    for (int second = 1; second < 8; ++second) CHECK_FALSE(fixture.idle_second());
    fixture.segments.ring().area().paused = 1;
    for (int second = 0; second < 30; ++second) CHECK_FALSE(fixture.idle_second());
    fixture.segments.ring().area().paused = 0;
    for (int second = 1; second < 10; ++second) CHECK_FALSE(fixture.idle_second());
    CHECK(fixture.idle_second());
}

TEST_CASE("it is asked at each full second and in between says nothing", "[scaler]") {
    Fixture fixture;
    CHECK(fixture.scaler.next() == fixture.now + seconds(1));
    fixture.now += milliseconds(1700);
    CHECK_FALSE(fixture.scaler.look(fixture.now, 3));
    CHECK(fixture.scaler.next() == fixture.now + milliseconds(300));
    // Too short a window: it is part of the next one.
    fixture.now += milliseconds(300);
    CHECK_FALSE(fixture.scaler.look(fixture.now, 3));
    CHECK(fixture.scaler.next() == fixture.now + seconds(1));
}

TEST_CASE("the load is what has been done since the last look, by consumers that are at work", "[scaler]") {
    Fixture fixture;
    fixture.spend(0, seconds(70), seconds(30));  // of an earlier generation
    LoadMeter meter(fixture.segments, fixture.children, 1'000'000'000'000);
    std::vector<Item> items(5);
    for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
    REQUIRE(fixture.segments.ring().push(items).count == 5);
    fixture.now += seconds(1);
    fixture.spend(0, milliseconds(750), milliseconds(250));
    fixture.spend(1, milliseconds(100), milliseconds(900));
    fixture.spend(2, milliseconds(1000), milliseconds(0));
    fixture.children.consumer(1)->state = Child::State::Done;
    fixture.segments.ring().area().hands[2].process = 99;  // its successor has not come so far
    const Load load = meter.look(1'001'000'000'000);
    CHECK(load.interval == seconds(1));
    CHECK(load.acquired == 5);
    CHECK(load.stored == 0);
    REQUIRE(load.consumers.size() == 1);
    CHECK(near(load.consumers[0].working, 0.75));
    CHECK(near(load.consumers[0].waiting_for_input, 0.25));
    CHECK(meter.look(1'002'000'000'000).acquired == 0);
}
