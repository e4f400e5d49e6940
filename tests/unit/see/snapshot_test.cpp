// SPDX-License-Identifier: Apache-2.0
// Where the items are, as seen from outside, in every state that the operations leave and that a kill may
// leave.
#include <vector>

#include "observer/see/snapshot.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_pipeline.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Pipeline : MemoryPipeline {
    [[nodiscard]] Flow flow() const {
        const auto seen = read_flow(ring, storage);
        REQUIRE(seen.has_value());
        return *seen;
    }
};

void check(const Flow& flow, std::uint64_t ring, std::uint64_t hands, std::uint64_t saved) {
    CHECK(flow.in_ring == ring);
    CHECK(flow.in_hands == hands);
    CHECK(flow.saved == saved);
    CHECK(flow.missing() == 0);
}

}  // namespace

TEST_CASE("every item is seen in one place on its way", "[snapshot]") {
    Pipeline pipeline;
    check(pipeline.flow(), 0, 0, 0);
    pipeline.push(10);
    check(pipeline.flow(), 10, 0, 0);
    pipeline.claim(0, 4);
    pipeline.claim(255, 3);
    check(pipeline.flow(), 3, 7, 0);
    pipeline.save(255, 2);
    check(pipeline.flow(), 3, 5, 2);
    pipeline.storage.set_durable(2, {1, 1, 0, 0});
    pipeline.save(0, 4);
    const Flow flow = pipeline.flow();
    check(flow, 3, 1, 6);
    CHECK(flow.acquired == 10);
    CHECK(flow.durable == 2);
    CHECK(flow.outcomes.booked == 1);
    CHECK(flow.outcomes.rejected == 1);
}

TEST_CASE("a claim whose head was never written has happened", "[snapshot]") {
    Pipeline pipeline;
    pipeline.push(10);
    pipeline.claim(0, 2);
    pipeline.ring.hand(1).set_word({2, 3, 0});  // killed before the head
    check(pipeline.flow(), 5, 5, 0);
}

TEST_CASE("a save whose hand was never moved on has happened", "[snapshot]") {
    Pipeline pipeline;
    pipeline.push(10);
    pipeline.claim(0, 4);
    pipeline.save(0, 3);
    pipeline.ring.hand(0).set_word({0, 4, 1});  // killed before `done` said more than an earlier save
    check(pipeline.flow(), 6, 1, 3);
    pipeline.storage.settle();
    check(pipeline.flow(), 6, 1, 3);
}

TEST_CASE("an item that is nowhere, or in two places, is missed", "[snapshot]") {
    Pipeline pipeline;
    pipeline.push(10);
    pipeline.claim(0, 4);
    pipeline.save(0, 2);
    SECTION("a hand that has lost one") {
        pipeline.ring.hand(0).set_word({0, 4, 3});
        CHECK(pipeline.flow().missing() == 1);
    }
    SECTION("a hand that was emptied") {
        pipeline.ring.hand(0).set_word({0, 4, 4});
        CHECK(pipeline.flow().missing() == 2);
    }
    SECTION("two hands with the same items") {
        pipeline.ring.hand(1).set_word({2, 2, 0});
        CHECK(pipeline.flow().missing() == -2);
    }
    SECTION("a head that went too far") {
        pipeline.segments.ring_area().head.store(7);
        CHECK(pipeline.flow().missing() == 3);
    }
    SECTION("records that were never saved") {
        pipeline.segments.storage_area().tail.store(5);
        CHECK(pipeline.flow().missing() == -3);
    }
}
