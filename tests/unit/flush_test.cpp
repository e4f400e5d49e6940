// SPDX-License-Identifier: Apache-2.0
#include "common/flush.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/catch.hpp"
#include "tests/unit/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::nanoseconds;

namespace {

// Ten records that wait, of a policy that wants them flushed at once.
class Waiting {
  public:
    Waiting() : segments_(16, 64), ledger_(open_ledger(LedgerSpec{LedgerSpec::Kind::None, {}})) {
        Ring ring = segments_.ring();
        std::vector<Item> items(10);
        for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
        REQUIRE(ring.push(items).count == items.size());
        const Hand hand = ring.hand(0);
        REQUIRE(ring.claim(hand, items.size(), nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
        const std::vector<Finding> findings(items.size());
        REQUIRE(storage().save(hand, findings) == items.size());
    }
    [[nodiscard]] Storage storage() const { return segments_.storage(); }
    [[nodiscard]] Histogram until_durable() const { return Histogram(segments_.until_durable()); }
    // By a policy of which so many records are enough.
    [[nodiscard]] Flush flush(std::uint64_t enough = 10) const {
        return {segments_.ring(), storage(),  segments_.until_durable(),
                *ledger_,         "sequence", FlushPolicy{enough, std::chrono::hours(1)}};
    }

  private:
    MemorySegments segments_;
    std::unique_ptr<Ledger> ledger_;
};

// Has another thread lead, that is hold the flush lock, meanwhile.
template <class Meanwhile>
void while_another_leads(const Storage& storage, Meanwhile&& meanwhile) {
    std::atomic<bool> leads{false};
    std::atomic<bool> over{false};
    std::thread leader([&] {
        const auto guard = storage.area().flush_lock.lock([] {});
        leads = true;
        while (!over) std::this_thread::yield();
    });
    while (!leads) std::this_thread::yield();
    meanwhile();
    over = true;
    leader.join();
}

}  // namespace

TEST_CASE("a flush is due at once when enough records wait, and makes them durable", "[flush]") {
    const Waiting waiting;
    Flush flush = waiting.flush();
    REQUIRE(flush.due_in());
    CHECK(*flush.due_in() == nanoseconds(0));
    CHECK(flush.lead(nanoseconds(0)) == Flush::LeadOutcome::Flushed);
    CHECK(waiting.storage().durable() == 10);
    CHECK(waiting.storage().totals().booked == 10);
    CHECK(waiting.until_durable().total() == 10);
    CHECK_FALSE(flush.due_in());
}

TEST_CASE("a flush of few records is due when the oldest has waited long enough, or is of the future",
          "[flush]") {
    const Waiting waiting;
    const Flush flush = waiting.flush(30);
    std::atomic_ref saved(waiting.storage().record(0).saved_ns);
    REQUIRE(flush.due_in());
    CHECK(*flush.due_in() > nanoseconds(0));
    CHECK(*flush.due_in() <= std::chrono::hours(1));
    // Also right on a machine that was started less than an hour ago: only the difference counts.
    saved = monotonic_ns() - std::uint64_t{3'601'000'000'000};
    CHECK(*flush.due_in() == nanoseconds(0));
    // No clock of this machine says so: it must not wait for it.
    const auto future = GENERATE(std::uint64_t{1'000'000'000}, std::uint64_t{1} << 63U);
    saved = monotonic_ns() + future;
    CHECK(*flush.due_in() == nanoseconds(0));
}

TEST_CASE("whoever finds another one leading the flush waits instead of asking again and again", "[flush]") {
    const Waiting waiting;
    Flush flush = waiting.flush();
    REQUIRE(flush.next_look());
    CHECK(*flush.next_look() == nanoseconds(0));
    while_another_leads(waiting.storage(), [&] {
        CHECK(flush.lead(nanoseconds(0)) == Flush::LeadOutcome::Busy);
        CHECK(*flush.due_in() == nanoseconds(0));
        CHECK(*flush.next_look() == Flush::kLeaveToLeader);
    });
    CHECK(flush.lead(nanoseconds(0)) == Flush::LeadOutcome::Flushed);
    CHECK_FALSE(flush.next_look());
}
