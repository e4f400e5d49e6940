// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/flush.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/ledger/open/open_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

// Ten records that wait, of a policy that wants them flushed at once.
class Waiting {
  public:
    explicit Waiting(std::unique_ptr<Ledger> ledger = open_ledger(LedgerSpec{LedgerSpec::Kind::None, {}}),
                     std::span<const Status> statuses = {})
        : segments_(16, 64), ledger_(std::move(ledger)) {
        Ring ring = segments_.ring();
        std::vector<Item> items(10);
        for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
        REQUIRE(ring.push(items).count == items.size());
        const Hand hand = ring.hand(0);
        REQUIRE(ring.claim(hand, items.size(), nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
        std::vector<Finding> findings(items.size());
        for (std::size_t i = 0; i < statuses.size(); ++i) findings[i].status = statuses[i];
        REQUIRE(storage().save(hand, findings) == items.size());
    }
    [[nodiscard]] Storage storage() const { return segments_.storage(); }
    [[nodiscard]] Histogram until_durable() const { return Histogram(segments_.until_durable()); }
    [[nodiscard]] LedgerMetrics& metrics() const { return segments_.ledger_metrics(); }
    [[nodiscard]] Flush flush(const FlushPolicy& policy = {10, 1h, 1h},
                              Flush::Listener* listener = nullptr) const {
        return {segments_.ring(), storage(),  {segments_.until_durable(), segments_.ledger_metrics()},
                *ledger_,         "sequence", policy,
                listener};
    }

  private:
    MemorySegments segments_;
    std::unique_ptr<Ledger> ledger_;
};

// Cannot be written as long as it has something to say against it.
class MoodyLedger final : public Ledger {
  public:
    explicit MoodyLedger(std::shared_ptr<std::string> against) : against_(std::move(against)) {}
    void commit(const RecordRange&, const CommitContext&) override {
        if (!against_->empty()) throw LedgerUnavailable(*against_);
    }
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view) override { return std::nullopt; }

  private:
    std::shared_ptr<std::string> against_;
};

// A bit of a record flips while it writes; a real ledger has then read some of the records.
class FlippingLedger final : public Ledger {
  public:
    void commit(const RecordRange& records, const CommitContext& context) override {
        records.record(3).id_length ^= 1U;
        context.check_records();
        FAIL("the flip was not noticed");
    }
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view) override { return std::nullopt; }
};

// Remembers what it was told, and how much was durable then.
class Told final : public Flush::Listener {
  public:
    explicit Told(const Storage& storage) : storage_(storage) {}
    void stored(const RecordRange& records, const Totals& outcomes) noexcept override {
        ++times;
        durable = storage_.durable();
        last = outcomes;
        size = records.size();
    }
    int times = 0;
    std::uint64_t durable = 0;
    std::size_t size = 0;
    Totals last{};

  private:
    Storage storage_;
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

TEST_CASE("a record that changes while the ledger writes it is found before the commit", "[flush]") {
    const Waiting waiting(std::make_unique<FlippingLedger>());
    Flush flush = waiting.flush();
    CHECK_THROWS_AS(flush.lead(nanoseconds(0)), DamagedMemory);
    CHECK(waiting.storage().durable() == 0);
}

TEST_CASE("a flush of few records is due when twice the time of the last commit has passed since it",
          "[flush]") {
    const Waiting waiting;
    const FlushPolicy policy{30, 1s, 10s};
    const Flush flush = waiting.flush(policy);
    const auto due_after = [&](nanoseconds took, nanoseconds passed, nanoseconds busy = 0s) {
        waiting.metrics().last_took_ns = static_cast<std::uint64_t>(took.count());
        waiting.metrics().last_commit_ns = monotonic_ns() - static_cast<std::uint64_t>(passed.count());
        return flush.due_in(busy).value();
    };
    // The test takes some of each time itself.
    CHECK(due_after(3s, 0s) > 3s);
    CHECK(due_after(3s, 0s) <= 6s);
    CHECK(due_after(3s, 6s) == 0s);
    CHECK(due_after(0s, 0s) <= 1s);  // not less than this
    CHECK(due_after(0s, 1s) == 0s);
    CHECK(due_after(1h, 0s) <= 10s);  // not more than this
    CHECK(due_after(1h, 10s) == 0s);
    // A caller that will be busy until then flushes early, but not before half of the time is over.
    CHECK(due_after(4s, 5s, 1h) == 0s);
    CHECK(due_after(4s, 5s, 0s) > 0s);
    CHECK(due_after(400s, 0s, 900ms) > 5s);
    CHECK(due_after(400s, 0s, 1h) == 0s);  // nothing waits that long
    // No commit has ended yet, or one did in a boot before this one.
    waiting.metrics().last_commit_ns = GENERATE(std::uint64_t{0}, std::uint64_t{1} << 63U);
    waiting.metrics().last_took_ns = 0;
    if (waiting.metrics().last_commit_ns != 0 || monotonic_ns() > 1'000'000'000)
        CHECK(flush.due_in().value() == 0s);
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

TEST_CASE("a commit that fails is counted with its cause and since when, until one succeeds", "[flush]") {
    const auto against = std::make_shared<std::string>("ledger x: database or disk is full");
    const Waiting waiting(std::make_unique<MoodyLedger>(against));
    Flush flush = waiting.flush();
    const LedgerMetrics& metrics = waiting.metrics();
    const std::uint64_t before = monotonic_ns();
    CHECK_THROWS_AS(flush.lead(nanoseconds(0)), LedgerUnavailable);
    const std::uint64_t since = metrics.failing_since_ns;
    CHECK(since >= before);
    CHECK(metrics.errors == 1);
    CHECK(metrics.commits == 0);
    CHECK(metrics.last_commit_ns == 0);
    CHECK(metrics.error.load() == "ledger x: database or disk is full");
    *against = "ledger x: database is locked";
    CHECK_THROWS_AS(flush.lead(nanoseconds(0)), LedgerUnavailable);
    CHECK(metrics.failing_since_ns == since);
    CHECK(metrics.errors == 2);
    CHECK(metrics.error.load() == "ledger x: database is locked");
    CHECK(waiting.storage().durable() == 0);
    against->clear();
    CHECK(flush.lead(nanoseconds(0)) == Flush::LeadOutcome::Flushed);
    CHECK(metrics.failing_since_ns == 0);
    CHECK(metrics.commits == 1);
    CHECK(metrics.errors == 2);
    CHECK(metrics.last_commit_ns >= since);
    CHECK(metrics.last_took_ns <= metrics.last_commit_ns - before);
}

TEST_CASE("the listener is told of a commit with records that are not booked, before they are durable",
          "[flush]") {
    std::array<Status, 10> statuses{};
    SECTION("of one without any it is not told") {
        const Waiting waiting;
        Told told(waiting.storage());
        CHECK(waiting.flush({10, 1h, 1h}, &told).lead(nanoseconds(0)) == Flush::LeadOutcome::Flushed);
        CHECK(told.times == 0);
    }
    SECTION("of one with some it is") {
        statuses[3] = Status::Rejected;
        statuses[9] = Status::Failed;
        const Waiting waiting(open_ledger(LedgerSpec{LedgerSpec::Kind::None, {}}), statuses);
        Told told(waiting.storage());
        CHECK(waiting.flush({10, 1h, 1h}, &told).lead(nanoseconds(0)) == Flush::LeadOutcome::Flushed);
        CHECK(told.times == 1);
        CHECK(told.durable == 0);
        CHECK(told.size == 10);
        CHECK(told.last.booked == 8);
        CHECK(told.last.rejected == 1);
        CHECK(told.last.failed == 1);
        CHECK(waiting.storage().durable() == 10);
    }
}
