// SPDX-License-Identifier: Apache-2.0
// When a pipeline gets on, and what the service manager reads of it.
#include "supervisor/watch/liveness.hpp"

#include <chrono>
#include <memory>

#include "common/core/hand.hpp"
#include "supervisor/systemd/notify.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr Liveness::TimePoint kStart{hours(1)};
constexpr seconds kTooLong = Liveness::kPatience;

Liveness::Sight sight(bool has_work, bool is_working, std::uint64_t moving) {
    return {has_work, is_working, moving};
}

}  // namespace

TEST_CASE("a pipeline without invoices gets on, however long", "[liveness]") {
    Liveness liveness(minutes(5));
    for (const auto after : {seconds(0), seconds(60), seconds(86'400)})
        CHECK(liveness.look(sight(false, false, 7), kStart + after));
    // The first one is given its time, however long there was none.
    CHECK(liveness.look(sight(true, false, 7), kStart + seconds(86'401)));
}

TEST_CASE("unfinished invoices of which none moves are a standstill", "[liveness]") {
    Liveness liveness(minutes(5));
    CHECK(liveness.look(sight(true, false, 7), kStart));
    CHECK(liveness.look(sight(true, false, 7), kStart + kTooLong - seconds(1)));
    CHECK_FALSE(liveness.look(sight(true, false, 7), kStart + kTooLong));
    SECTION("until one moves") {
        CHECK(liveness.look(sight(true, false, 8), kStart + kTooLong + seconds(1)));
        CHECK_FALSE(liveness.look(sight(true, false, 8), kStart + 2 * kTooLong + seconds(1)));
    }
    SECTION("or until there are none") {
        CHECK(liveness.look(sight(false, false, 7), kStart + kTooLong + seconds(1)));
    }
}

TEST_CASE("an invoice in work may take as long as the item timeout says", "[liveness]") {
    Liveness liveness(minutes(5));
    CHECK(liveness.look(sight(true, true, 7), kStart));
    CHECK(liveness.look(sight(true, true, 7), kStart + minutes(5)));
    CHECK_FALSE(liveness.look(sight(true, true, 7), kStart + minutes(5) + kTooLong));
    Liveness patient(seconds(0));
    CHECK(patient.look(sight(true, true, 7), kStart));
    CHECK(patient.look(sight(true, true, 7), kStart + hours(1000)));
}

TEST_CASE("every step of an invoice is seen as a movement", "[liveness]") {
    const MemorySegments segments(16, 16);
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    const auto look = [&] { return Liveness::sight_of(ring, storage, 4); };
    const auto empty = look();
    CHECK_FALSE(empty.has_work);
    CHECK_FALSE(empty.is_working);

    std::array<Item, 1> items;
    set_number(items[0], 1);
    REQUIRE(ring.push(items).count == 1);
    const auto pushed = look();
    CHECK(pushed.has_work);
    CHECK(pushed.moving == empty.moving);  // nobody has done anything about it

    const Hand hand = ring.hand(2);
    REQUIRE(ring.claim(hand, 1, seconds(1)) == Ring::ClaimOutcome::Claimed);
    const auto claimed = look();
    CHECK(claimed.moving != pushed.moving);
    CHECK_FALSE(claimed.is_working);
    CHECK_FALSE(hand.at_work());

    hand.begin_work(hand.word().first, 0);
    const auto begun = look();
    CHECK(begun.is_working);
    CHECK(begun.moving != claimed.moving);
    CHECK(hand.at_work() == 0U);
    hand.end_work();

    // While --rate lets nothing begin, nothing has to move.
    ring.area().next_begin_ns = monotonic_ns() + 3'600'000'000'000;
    CHECK_FALSE(look().has_work);
    ring.area().next_begin_ns = monotonic_ns();
    CHECK(look().has_work);

    static_cast<void>(storage.area().flush_lock.lock_for(seconds(1), [] {}));
    CHECK(look().moving != begun.moving);
    CHECK(look().moving == look().moving);
}

TEST_CASE("the status is one line with the rate, what is in flight and the totals", "[notify]") {
    CHECK(Notify::status({7, 2, 1, 0}, 12, 1234.4) ==
          "1234/s, 12 in flight; 7 booked, 2 rejected, 1 failed, 0 waiting, 0 duplicates");
}

TEST_CASE("the status begins with what keeps the pipeline from its work", "[liveness]") {
    const auto metrics = std::make_unique<MetricsArea>();
    CHECK(Notify::trouble(*metrics, true).empty());
    metrics->supervisor.paused = 1;
    CHECK(Notify::trouble(*metrics, true) == "the source is paused");
    metrics->source.sentence.store("spool:/s: was renamed");
    metrics->source.state = static_cast<std::uint32_t>(SourceState::Gone);
    CHECK(Notify::trouble(*metrics, true) == "spool:/s: was renamed");
    metrics->ledger.error.store("ledger x: disk is full");
    metrics->ledger.failing_since_ns = 1;
    CHECK(Notify::trouble(*metrics, true) == "ledger x: disk is full");
    CHECK(Notify::trouble(*metrics, false) == "spool:/s: was renamed");
}
