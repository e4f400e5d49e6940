// SPDX-License-Identifier: Apache-2.0
// What is read from segments that change, that are dead, or that are full of garbage.
#include "observer/see/observation.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <random>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/memory_pipeline.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Pipeline : MemoryPipeline {
    Pipeline() : MemoryPipeline(64, 64) {}
    void push(std::uint64_t first, std::size_t count, std::uint64_t acquired_ns) {
        next = first;
        MemoryPipeline::push(count, acquired_ns);
    }
    [[nodiscard]] Observation look() const { return observe_areas(ring, storage, *metrics); }

    std::unique_ptr<MetricsArea> metrics = std::make_unique<MetricsArea>();
};

// A process that does nothing until it is killed.
class Sleeper {
  public:
    Sleeper() : pid_(::fork()) {
        if (pid_ == 0) {
            while (true) ::pause();
        }
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper() { end(); }
    [[nodiscard]] ProcessId id() const { return ProcessId::of(pid_); }
    void stop() const {
        ::kill(pid_, SIGSTOP);
        int status = 0;
        REQUIRE(::waitpid(pid_, &status, WUNTRACED) == pid_);
    }
    void end() {
        if (ended_) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ended_ = true;
    }

  private:
    pid_t pid_;
    bool ended_ = false;
};

}  // namespace

TEST_CASE("an empty pipeline without processes is dead and has nothing", "[observation]") {
    const Pipeline pipeline;
    const Observation seen = pipeline.look();
    CHECK(seen.state == PipelineState::Dead);
    CHECK(seen.in_flight() == 0);
    CHECK(seen.consumers.empty());
    CHECK_FALSE(seen.oldest_acquired_ns.has_value());
    CHECK(seen.ring_capacity == 64);
    CHECK(seen.live.is_exact);
}

TEST_CASE("the oldest invoice is found wherever it is", "[observation]") {
    Pipeline pipeline;
    pipeline.push(1, 4, 1'000);
    pipeline.push(5, 4, 2'000);
    CHECK(pipeline.look().oldest_acquired_ns == 1'000U);
    pipeline.claim(3, 2);
    CHECK(pipeline.look().oldest_acquired_ns == 1'000U);
    pipeline.save(3, 2);
    pipeline.claim(3, 6);
    pipeline.save(3, 5);
    CHECK(pipeline.look().oldest_acquired_ns == 1'000U);
    pipeline.storage.set_durable(7, {7, 0, 0, 0});
    const Observation seen = pipeline.look();
    CHECK(seen.oldest_acquired_ns == 2'000U);
    CHECK(seen.last_acquired_ns == 2'000);
    CHECK(seen.last_saved_ns != 0);
    CHECK(seen.in_flight() == 1);
    REQUIRE(seen.consumers.size() == 1);
    CHECK(seen.consumers.front().place == 3);
    CHECK(seen.consumers.front().in_hand == 1);
}

TEST_CASE("the invoice that is being worked on is told, and no other", "[observation]") {
    Pipeline pipeline;
    pipeline.push(11, 3, 1'000);
    pipeline.claim(0, 3);
    const Hand hand = pipeline.ring.hand(0);
    CHECK_FALSE(pipeline.look().consumers.front().invoice.has_value());
    hand.set_since(500);
    hand.begin_work(0, 1);
    const auto invoice = pipeline.look().consumers.front().invoice;
    REQUIRE(invoice.has_value());
    CHECK(invoice->id == "12");
    CHECK(invoice->attempt == 1);
    CHECK(invoice->since_ns == 500);
    SECTION("what is not in the hand is none of its") {
        hand.begin_work(0, 300);
        CHECK_FALSE(pipeline.look().consumers.front().invoice.has_value());
    }
    SECTION("nothing is worked on any more") {
        hand.end_work();
        CHECK_FALSE(pipeline.look().consumers.front().invoice.has_value());
    }
}

TEST_CASE("a state is told from the processes and from what was asked of them", "[observation]") {
    Pipeline pipeline;
    Sleeper consumer;
    pipeline.ring.hand(1).area().process.store(consumer.id().pack());
    CHECK(pipeline.look().state == PipelineState::Running);
    CHECK_FALSE(pipeline.look().is_paused);
    pipeline.segments.ring_area().paused = 1;
    CHECK(pipeline.look().is_paused);
    pipeline.ring.close();
    CHECK(pipeline.look().state == PipelineState::Draining);
    consumer.stop();
    Observation seen = pipeline.look();
    CHECK(seen.state == PipelineState::Stopped);
    REQUIRE(seen.consumers.size() == 1);
    CHECK(seen.consumers.front().state == ProcessState::Stopped);
    consumer.end();
    DeathMetrics& deaths = pipeline.metrics->places[1].deaths;
    deaths.count = 2;
    deaths.last_cause = Cause::from_wait_status(SIGKILL).encode();
    seen = pipeline.look();
    CHECK(seen.state == PipelineState::Dead);
    CHECK(seen.consumers.front().state == ProcessState::Dead);
    CHECK(seen.consumers.front().deaths.last_cause == "killed by signal 9 (SIGKILL)");
    CHECK(seen.consumer_deaths == 2);
    deaths.last_cause = Cause::ran_too_long().encode();
    CHECK(pipeline.look().consumers.front().deaths.last_cause == "ran longer than --item-timeout");
    pipeline.metrics->supervisor.process = ProcessId::self().pack();
    pipeline.ring.reopen();
    CHECK(pipeline.look().state == PipelineState::Starting);
}

TEST_CASE("a look in passing has nothing negative and nothing missing, however fast the items move",
          "[observation]") {
    Pipeline pipeline;
    std::jthread mover([&](const std::stop_token& stop) {
        const Hand hand = pipeline.ring.hand(0);
        std::vector<Item> items(16);
        for (Item& item : items) set_number(item, 1);
        const std::vector<Finding> findings(16);
        while (!stop.stop_requested()) {
            static_cast<void>(pipeline.ring.push(items));
            static_cast<void>(pipeline.ring.claim(hand, 16, std::chrono::nanoseconds(0)));
            static_cast<void>(pipeline.storage.save(hand, findings));
            const auto saved = pipeline.storage.tail();
            pipeline.storage.set_durable(saved, {saved - pipeline.storage.durable(), 0, 0, 0});
            pipeline.storage.release(saved);
        }
    });
    std::uint64_t before = 0;
    for (int i = 0; i < 20'000; ++i) {
        const Flow flow = look_at_flow(pipeline.ring, pipeline.storage, std::chrono::nanoseconds(0)).flow;
        REQUIRE(flow.missing() == 0);
        REQUIRE(flow.in_ring <= flow.acquired);
        REQUIRE(flow.in_hands <= flow.acquired);
        REQUIRE(flow.durable <= flow.saved);
        REQUIRE(flow.acquired >= before);
        before = flow.acquired;
    }
    mover.request_stop();
    mover.join();
    CHECK(look_at_flow(pipeline.ring, pipeline.storage, std::chrono::seconds(1)).is_exact);
}

TEST_CASE("whatever bytes lie in the segments, a look at them ends and is defined", "[observation]") {
    const std::uint64_t seed = test_seed();
    std::mt19937_64 random(seed);
    INFO("TEST_SEED=" << seed);
    for (int round = 0; round < 50; ++round) {
        Pipeline pipeline;
        RingArea& ring = pipeline.segments.ring_area();
        StorageArea& storage = pipeline.segments.storage_area();
        // Small numbers too: they lie within bounds and lead further in.
        const auto any = [&] { return random() >> (random() % 64); };
        ring.tail = any();
        ring.head = any();
        storage.tail = any();
        storage.durable_word = any();
        storage.released = any();
        ring.producer_process = any();
        for (std::size_t place = 0; place < kMaxPlaces; ++place) {
            ring.hands[place].word = any();
            ring.hands[place].work = any() | 1U;
            ring.hands[place].since_ns = any();
            ring.hands[place].process = any();
            for (Item& item : ring.hand_items[place]) {
                item.id_length = static_cast<std::uint8_t>(any());
                item.acquired_ns = any();
            }
        }
        auto* words = reinterpret_cast<std::atomic<std::uint64_t>*>(pipeline.metrics.get());
        for (std::size_t i = 0; i < sizeof(MetricsArea) / sizeof(*words); ++i)
            words[i].store(any(), std::memory_order_relaxed);
        const Observation seen = pipeline.look();
        CHECK(seen.consumers.size() <= kMaxPlaces);
        CHECK(to_text(seen.state).size() > 3);
    }
}

TEST_CASE("the age of all that is in flight is seen", "[observation]") {
    Pipeline pipeline;
    const std::uint64_t now = monotonic_ns();
    constexpr std::uint64_t kMinute = 60'000'000'000;
    pipeline.push(1, 10, now - 3 * kMinute);
    pipeline.push(11, 20, now - 2 * kMinute);
    pipeline.claim(0, 12);
    pipeline.save(0, 8);
    const Observation seen = pipeline.look();
    CHECK(seen.under_way.total() == 30);
    CHECK(seen.oldest_unsaved_ns == now - 3 * kMinute);
    CHECK(seen.under_way.below(kMinute) == 0);
    // Of a hand all are as old as the oldest.
    CHECK(seen.under_way.below(5 * kMinute / 2) == 18);
    pipeline.claim(1, 18);
    pipeline.save(0, 4);
    pipeline.save(1, 18);
    CHECK_FALSE(pipeline.look().oldest_unsaved_ns);
    pipeline.storage.set_durable(30, {30, 0, 0, 0});
    CHECK(pipeline.look().under_way.total() == 0);
}

TEST_CASE("since when results wait for a commit is seen, and what the last one said", "[observation]") {
    Pipeline pipeline;
    CHECK_FALSE(pipeline.look().ledger_condition.unstored_since_ns);
    pipeline.push(1, 4, 1'000);
    pipeline.claim(0, 4);
    pipeline.save(0, 2);
    const std::uint64_t saved = pipeline.look().last_saved_ns;
    CHECK(pipeline.look().ledger_condition.unstored_since_ns == saved);
    LedgerMetrics& ledger = pipeline.metrics->ledger;
    ledger.last_commit_ns = saved + 5;
    ledger.error.store("ledger x: disk is full");
    ledger.errors = 3;
    ledger.failing_since_ns = saved + 7;
    const LedgerCondition seen = pipeline.look().ledger_condition;
    CHECK(seen.unstored_since_ns == saved + 5);
    CHECK(seen.is_failing());
    CHECK(seen.errors == 3);
    CHECK(seen.error == "ledger x: disk is full");
    pipeline.metrics->supervisor.started_ns = saved + 9;
    CHECK(pipeline.look().ledger_condition.unstored_since_ns == saved + 9);
    pipeline.storage.set_durable(2, {2, 0, 0, 0});
    CHECK_FALSE(pipeline.look().ledger_condition.is_failing());
}

TEST_CASE("the source's condition is seen, and a state that is none is not believed", "[observation]") {
    Pipeline pipeline;
    SourceMetrics& source = pipeline.metrics->source;
    CHECK(pipeline.look().source_condition.state == SourceState::Fine);
    source.sentence.store("it is gone");
    source.state = static_cast<std::uint32_t>(SourceState::Gone);
    source.since_ns = 7;
    source.backlog = 12;
    source.oldest_us = 3'000'000;
    const SourceCondition seen = pipeline.look().source_condition;
    CHECK(seen.state == SourceState::Gone);
    CHECK(seen.sentence == "it is gone");
    CHECK(seen.backlog == 12);
    CHECK(seen.waiting_seconds(5'000'000) == 2);
    CHECK(seen.waiting_seconds(2'000'000) == 0);
    source.state = 4711;
    CHECK(pipeline.look().source_condition.state == SourceState::Fine);
}

TEST_CASE("failures in a row are counted back from the newest durable one", "[observation]") {
    Pipeline pipeline;
    const auto run = [&](std::size_t count, Status status) {
        const std::uint64_t tail = pipeline.storage.tail();
        pipeline.push(tail + 1, count, 1'000);
        pipeline.claim(0, count);
        std::vector<Finding> findings(count);
        for (Finding& finding : findings) finding.status = status;
        REQUIRE(pipeline.storage.save(pipeline.ring.hand(0), findings) == count);
    };
    const auto store = [&] {
        const std::uint64_t durable = pipeline.storage.durable();
        Totals added{};
        for (std::uint64_t i = durable; i < pipeline.storage.tail(); ++i)
            ++(pipeline.storage.record(i).status == Status::Failed ? added.failed : added.booked);
        pipeline.storage.set_durable(pipeline.storage.tail(), added);
        pipeline.storage.release(pipeline.storage.tail());
    };
    CHECK(pipeline.look().failed_in_a_row == 0);
    run(25, Status::Failed);
    CHECK(pipeline.look().failed_in_a_row == 0);
    store();
    CHECK(pipeline.look().failed_in_a_row == 25);  // all that there ever were
    run(1, Status::Booked);
    store();
    CHECK(pipeline.look().failed_in_a_row == 0);
    run(7, Status::Failed);
    store();
    CHECK(pipeline.look().failed_in_a_row == 7);
    run(40, Status::Failed);
    store();
    CHECK(pipeline.look().failed_in_a_row == 20);
    // Where waiting results have taken their places they are not seen any more.
    run(60, Status::Booked);
    CHECK(pipeline.look().failed_in_a_row == 4);
}
