// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "common/core/hand.hpp"
#include "supervisor/drain.hpp"
#include "supervisor/options/options.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

// A pipeline whose children are gone. One invoice is durable, and its source has no receipt for it.
struct Left {
    Left() {
        Ring ring = segments.ring();
        std::vector<Item> items(1);
        items[0].set_id("1");
        REQUIRE(ring.push(items).count == 1);
        const Hand hand = ring.hand(0);
        REQUIRE(ring.claim(hand, 1, std::chrono::seconds(0)) == Ring::ClaimOutcome::Claimed);
        Storage storage = segments.storage();
        REQUIRE(storage.save(hand, std::vector<Finding>(1)) == 1);
        storage.set_durable(1, Totals{1, 0, 0, 0});
    }
    ~Left() { segments.unlink(); }

    Options options;
    Segments segments =
        Segments::create(fmt::format("unit-{}-drain", ::getpid()), {8, 8, "spool:/in", "none"});
    Children children{Child{}, false};
    Drain drain{options, segments, children};
};

}  // namespace

TEST_CASE("a stop at once keeps the segments until the source has its receipts", "[drain]") {
    Left left;
    left.drain.begin("SIGTERM", true);
    left.drain.leave("a second signal");
    CHECK(left.segments.ring().leave_requested());
    CHECK(left.drain.finish() == ExitStatus::NotDrained);
    CHECK(left.segments.are_current());
    left.segments.storage().release(1);
    CHECK(left.drain.finish() == ExitStatus::Drained);
    CHECK_FALSE(left.segments.are_current());
}

TEST_CASE("a signal during a stop at once does not prolong it", "[drain]") {
    Left left;
    left.drain.begin("SIGTERM", true);
    left.drain.leave("not drained within --drain-timeout");
    const auto now = std::chrono::steady_clock::now();
    const auto deadline = left.drain.next_deadline(now);
    CHECK(deadline <= now + Drain::kEndAtLeave);
    left.drain.leave("a second signal");
    CHECK(left.drain.next_deadline(now) == deadline);
}

TEST_CASE("a producer that has lost ids makes a stop at once undrained, though nothing is in flight",
          "[drain]") {
    Left left;
    left.segments.storage().release(1);
    left.drain.leave("a second signal");
    left.drain.note_undrained();
    CHECK(left.drain.finish() == ExitStatus::NotDrained);
}
