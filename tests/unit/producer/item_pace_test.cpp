// SPDX-License-Identifier: Apache-2.0
#include "producer/item_pace.hpp"

#include <array>
#include <chrono>

#include "common/base/clock.hpp"
#include "common/core/item.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

TEST_CASE("a consumer that is late by a second holds up a fast rate, not a slow one", "[pace]") {
    struct Case {
        double per_second;
        bool is_wanted;  // another item, a second after a push that nobody has begun
    };
    // At 0.01/s another item would wait for its permit for 100 s, and a drain with it.
    const auto each = GENERATE(Case{100, true}, Case{1, true}, Case{0.01, false}, Case{0.0001, false});
    CAPTURE(each.per_second);
    const MemorySegments segments(16, 16);
    Ring ring = segments.ring();
    ItemPace pace(ring, segments.storage(), each.per_second);
    CHECK(pace.wanted() == 1);
    pace.note_push(monotonic_ns() - 1'000'000'000);
    std::array<Item, 1> items;
    items[0].set_id("1");
    REQUIRE(ring.push(items).count == 1);
    CHECK(pace.wanted() == 0);  // it is in the ring still
    REQUIRE(ring.claim(ring.hand(0), 1, 0ns) == Ring::ClaimOutcome::Claimed);
    CHECK((pace.wanted() == 1) == each.is_wanted);
    CHECK((pace.until_wanted() == 0ns) == each.is_wanted);
    // With the permit, the time of the next one counts.
    CHECK(Permits(ring.area(), each.per_second).take() == 0ns);
    if (each.per_second < 0.1) CHECK(pace.wanted() == 0);
    pace.stop();
    CHECK(pace.wanted() == kMaxBatch);
}
