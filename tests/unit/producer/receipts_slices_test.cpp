// SPDX-License-Identifier: Apache-2.0
// That receipts which take long hold up neither the room in storage nor the word to stop.
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include <functional>
#include <thread>

#include "common/base/fd.hpp"
#include "common/core/segments/segments.hpp"
#include "producer/producer.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using std::chrono::milliseconds;

namespace {

constexpr std::uint32_t kRecords = 3000;

// Has nothing to give; a receipt is what the test makes of it.
class Receipts final : public Source {
  public:
    explicit Receipts(std::function<void(std::uint64_t)> receipt) : receipt_(std::move(receipt)) {}
    std::size_t acquire(std::span<Item> /*items*/) override { return 0; }
    [[nodiscard]] bool exhausted() const override { return true; }
    void stop() override { stopped_at = acknowledged; }
    void wait(int /*signal_fd*/, milliseconds /*bound*/) override {}
    [[nodiscard]] bool wants_receipts() const noexcept override { return true; }
    void acknowledge(const Receipt& /*receipt*/) override { receipt_(++acknowledged); }

    [[nodiscard]] bool can_go_without_receipts() const noexcept override { return can_go; }

    bool can_go = false;
    std::uint64_t acknowledged = 0;
    std::optional<std::uint64_t> stopped_at;

  private:
    std::function<void(std::uint64_t)> receipt_;
};

// Segments whose storage has many durable records that the source has not been told of.
struct FullStorage {
    FullStorage() : segments(Segments::create(name, plan())) {
        Ring ring = segments.ring();
        Storage storage = segments.storage();
        Hand hand = ring.hand(0);
        std::uint64_t made = 0;
        while (made < kRecords) {
            std::array<Item, 64> items{};
            const auto count = std::min<std::size_t>(items.size(), kRecords - made);
            for (std::size_t i = 0; i < count; ++i) items[i].set_id(std::to_string(made + i));
            REQUIRE(ring.push(std::span(items).first(count)).count == count);
            static_cast<void>(ring.claim(hand, count, std::chrono::nanoseconds::zero()));
            std::vector<Finding> findings(hand.word().count);
            for (std::size_t done = 0; done < findings.size();)
                done += storage.save(hand, std::span(findings).subspan(done));
            made += count;
        }
        storage.set_durable(storage.tail(), {});
    }
    ~FullStorage() { segments.unlink(); }

    static SegmentsPlan plan() {
        SegmentsPlan plan;
        plan.ring_capacity = 1024;
        plan.storage_capacity = 4096;
        plan.source = "spool:/in";
        plan.ledger = "none";
        return plan;
    }

    std::string name = fmt::format("receipts-test-{}", ::getpid());
    Segments segments;
};

void run(FullStorage& full, Source& source, milliseconds drain_timeout = std::chrono::minutes(10),
         bool once = true) {
    ProducerOptions options;
    options.drain_timeout = drain_timeout;
    options.once = once;
    options.parent = ::getppid();
    sigset_t none;
    sigemptyset(&none);
    const UniqueFd signals(::signalfd(-1, &none, SFD_CLOEXEC | SFD_NONBLOCK));
    SecondChances none_waits(nullptr, {}, {});
    SourceHold hold(full.segments.ring().area().hold, {}, std::make_shared<SourceReport>());
    CHECK(Producer(options, full.segments, source, none_waits, hold, signals.get()).run() ==
          ExitStatus::Drained);
}

}  // namespace

TEST_CASE("receipts are released in slices, not all at the end", "[receipts_slices]") {
    FullStorage full;
    const Storage storage = full.segments.storage();
    std::uint64_t longest = 0;
    Receipts source([&](std::uint64_t n) { longest = std::max(longest, n - 1 - storage.released()); });
    run(full, source);
    CHECK(source.acknowledged == kRecords);
    CHECK(longest < kRecords / 2);
    CHECK(storage.released() == kRecords);
}

TEST_CASE("each receipt that takes long is released before the next", "[receipts_slices]") {
    FullStorage full;
    const Storage storage = full.segments.storage();
    constexpr std::uint64_t kSlow = 5;
    std::uint64_t held_up = 0;
    Receipts source([&](std::uint64_t n) {
        if (n <= kSlow) {
            held_up = std::max(held_up, n - 1 - storage.released());
            std::this_thread::sleep_for(milliseconds(20));
        }
    });
    run(full, source);
    CHECK(held_up == 0);
}

TEST_CASE("between slow receipts the word to stop is heard", "[receipts_slices]") {
    FullStorage full;
    Receipts source([&](std::uint64_t n) {
        if (n == 3) full.segments.ring().area().stop.store(1);
        if (n < 10) std::this_thread::sleep_for(milliseconds(20));
    });
    run(full, source, std::chrono::minutes(10), false);
    CHECK(source.stopped_at == 3U);
}

TEST_CASE("a drain does not run out of time over receipts that a start can do without", "[receipts_slices]") {
    FullStorage full;
    full.segments.ring().area().stop.store(1);
    Receipts source([&](std::uint64_t n) {
        if (n < 10) std::this_thread::sleep_for(milliseconds(20));
    });
    source.can_go = GENERATE(true, false);
    run(full, source, milliseconds(50));
    CHECK((source.acknowledged == kRecords) == !source.can_go);
    CHECK(full.segments.storage().released() == kRecords);
}
