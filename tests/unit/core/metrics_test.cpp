// SPDX-License-Identifier: Apache-2.0
#include "common/core/metrics.hpp"

#include <array>
#include <memory>

#include "tests/support/catch.hpp"

namespace pipeline {
namespace {

std::uint64_t spent(const TimeSpent& times, Activity activity) {
    return times.ns[static_cast<std::size_t>(activity)];
}

TEST_CASE("a process's time is divided among its activities, and what lasts is seen while it lasts") {
    auto area = std::make_unique<ActivityArea>();
    ActivityMeter meter(*area, 1'000);
    meter.enter(Activity::WaitingForRoom, 1'400);
    meter.enter(Activity::Working, 2'000);
    meter.enter(Activity::WaitingForInput, 2'100);

    const TimeSpent now = TimeSpent::of(*area, true, 10'000);
    CHECK(now.now == Activity::WaitingForInput);
    CHECK(now.since_ns == 2'100);
    CHECK(spent(now, Activity::Working) == 500);
    CHECK(spent(now, Activity::WaitingForRoom) == 600);
    CHECK(spent(now, Activity::WaitingForInput) == 7'900);
    CHECK(spent(now, Activity::Flushing) == 0);

    SECTION("the dead spend no time") {
        CHECK(spent(TimeSpent::of(*area, false, 10'000), Activity::WaitingForInput) == 0);
    }
    SECTION("a look that is older than what is seen counts nothing") {
        CHECK(spent(TimeSpent::of(*area, true, 2'000), Activity::WaitingForInput) == 0);
    }
    SECTION("a successor goes on with the times of its predecessor") {
        ActivityMeter successor(*area, 20'000);
        successor.enter(Activity::Flushing, 20'100);
        const TimeSpent later = TimeSpent::of(*area, true, 20'100);
        CHECK(spent(later, Activity::Working) == 600);
        CHECK(spent(later, Activity::WaitingForInput) == 0);
    }
}

TEST_CASE("an activity may turn out to have been another one") {
    auto area = std::make_unique<ActivityArea>();
    ActivityMeter meter(*area, 1'000);
    meter.relabel(Activity::WaitingForInput);
    CHECK(TimeSpent::of(*area, true, 1'000).now == Activity::WaitingForInput);
    meter.relabel(Activity::Working);
    meter.enter(Activity::WaitingForRoom, 1'300);
    CHECK(spent(TimeSpent::of(*area, false, 0), Activity::Working) == 300);
    CHECK(spent(TimeSpent::of(*area, false, 0), Activity::WaitingForInput) == 0);
}

TEST_CASE("an interlude gives back what was done before it") {
    auto area = std::make_unique<ActivityArea>();
    ActivityMeter meter(*area, monotonic_ns());
    meter.relabel(Activity::WaitingForRoom);
    {
        const ActivityMeter::Interlude flushing(meter, Activity::Flushing);
        CHECK(meter.current() == Activity::Flushing);
    }
    CHECK(meter.current() == Activity::WaitingForRoom);
}

}  // namespace
}  // namespace pipeline
