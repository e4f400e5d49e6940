// SPDX-License-Identifier: Apache-2.0
// The producer between a source that follows a script and a thread that does the consumers' part.
#include "producer/producer.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/source_fixture.hpp"

using namespace pipeline;
using pipeline::test::CapturedLog;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::uint32_t kRing = 64;
constexpr std::chrono::seconds kDeadline{60};

// Gives the numbers 1 to `last`, as many at a time as it is asked for.
class Numbers final : public Source {
  public:
    explicit Numbers(std::uint64_t last) : last_(last) {}

    std::size_t acquire(std::span<Item> items) override {
        if (fails) throw Failure(ExitStatus::InputOutput, "the source is broken");
        std::size_t count = 0;
        for (; count < items.size() && given < last_ && (!is_stopped || keeps_what_it_read); ++count) {
            items[count].set_id(std::to_string(++given));
            items[count].position = given;
            items[count].extent = 1;
        }
        return count;
    }
    [[nodiscard]] bool exhausted() const override { return given == last_; }
    void stop() override { is_stopped = true; }
    void wait(int /*signal_fd*/, milliseconds /*bound*/) override { on_wait(); }
    std::chrono::nanoseconds look() override {
        on_look();
        return milliseconds(1);
    }
    [[nodiscard]] bool wants_receipts() const noexcept override { return wants; }
    void acknowledge(const Receipt& receipt) override { receipts.push_back(receipt.position); }
    [[nodiscard]] std::optional<std::uint64_t> expected() const override { return last_; }

    bool fails = false;
    bool keeps_what_it_read = false;  // as standard input
    bool wants = false;
    std::function<void()> on_wait = [] {};
    std::function<void()> on_look = [] {};  // called while the ring is full or paused
    std::uint64_t given = 0;
    bool is_stopped = false;
    std::vector<std::uint64_t> receipts;

  private:
    std::uint64_t last_;
};

class Pipeline {
  public:
    Pipeline() : segments(Segments::create(fmt::format("unit-{}-producer", ::getpid()), plan())) {}
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;
    ~Pipeline() {
        is_over_ = true;
        if (consumer_.joinable()) consumer_.join();
        segments.unlink();
    }

    // Begins to consume: claims, saves, and calls durable all that comes.
    void consume() {
        if (!consumer_.joinable()) consumer_ = std::thread([this] { consume_until_over(); });
    }
    // Consumes one item, which must be there, before consume() has begun.
    void consume_one() {
        REQUIRE(ring().claim(ring().hand(0), 1, milliseconds(0)) == Ring::ClaimOutcome::Claimed);
        save_one(0);
    }
    // Saves the item in that place's hand.
    void save_one(std::size_t place) {
        Storage storage = segments.storage();
        const std::array<Finding, 1> booked{};
        REQUIRE(storage.save(ring().hand(place), booked) == 1);
        storage.set_durable(storage.tail(), {});
    }
    [[nodiscard]] Ring ring() const { return segments.ring(); }

    Segments segments;
    std::vector<std::uint64_t> positions;  // of the consumed items; read it when run() has returned

  private:
    static SegmentsPlan plan() {
        SegmentsPlan plan;
        plan.ring_capacity = kRing;
        plan.storage_capacity = kRing;
        plan.source = "sequence";
        plan.ledger = "none";
        return plan;
    }

    void consume_until_over() {
        Hand hand = ring().hand(0);
        Storage storage = segments.storage();
        const auto until = steady_clock::now() + kDeadline;
        while (!is_over_ && steady_clock::now() < until) {
            if (ring().claim(hand, 8, milliseconds(10)) != Ring::ClaimOutcome::Claimed) continue;
            std::vector<Finding> findings(hand.word().count);
            for (std::uint64_t i = 0; i < findings.size(); ++i)
                positions.push_back(hand.item(i).position.load());
            for (std::size_t done = 0; done < findings.size();)
                done += storage.save(hand, std::span(findings).subspan(done));
            storage.set_durable(storage.tail(), {});
            storage.wake_all();
            ring().wake_all();
        }
    }

    std::atomic<bool> is_over_ = false;
    std::thread consumer_;
};

ProducerOptions options_for(const char* source) {
    ProducerOptions options;
    options.source = parse_source(source);
    options.once = true;
    options.batch_max = 16;
    options.parent = ::getppid();
    return options;
}

ExitStatus run(Pipeline& pipeline, Source& source, const ProducerOptions& options) {
    sigset_t none;
    sigemptyset(&none);
    const UniqueFd signals(::signalfd(-1, &none, SFD_CLOEXEC | SFD_NONBLOCK));
    SecondChances none_waits(nullptr, {}, {});
    SourceHold hold(pipeline.segments.ring().area().hold, {}, std::make_shared<SourceReport>());
    return Producer(options, pipeline.segments, source, none_waits, hold, signals.get()).run();
}

std::vector<std::uint64_t> up_to(std::uint64_t last) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = 1; number <= last; ++number) numbers.push_back(number);
    return numbers;
}

}  // namespace

TEST_CASE("all items of a source go through a ring that is smaller, each once and in order", "[producer]") {
    constexpr std::uint64_t kItems = 20 * kRing + 5;
    Pipeline pipeline;
    Numbers source(kItems);
    source.on_look = [&] { pipeline.consume(); };  // not before the ring has been full
    CHECK(run(pipeline, source, options_for("sequence")) == ExitStatus::Drained);
    CHECK(pipeline.positions == up_to(kItems));
    CHECK(pipeline.ring().closed());
    CHECK(pipeline.ring().area().expected.load() == kItems);
    CHECK(pipeline.ring().area().producer_process.load() == 0);
    CHECK(pipeline.segments.storage().released() == kItems);
}

TEST_CASE("what --rate lets nobody begin stays in the source", "[producer]") {
    Pipeline pipeline;
    Numbers source(1000);
    ProducerOptions options = options_for("sequence");
    options.rate = 0.001;
    int looks = 0;
    source.on_look = [&] {
        if (++looks == 20) pipeline.ring().area().stop = 1;
    };
    SECTION("while the next attempt is not due") {
        pipeline.ring().area().next_begin_ns = monotonic_ns() + 900'000'000'000;
        CHECK(run(pipeline, source, options) == ExitStatus::Drained);
        CHECK(source.given == 0);
    }
    SECTION("after one that is due, while nobody has taken its permit") {
        std::thread late([&] {
            while (pipeline.ring().tail() == 0) std::this_thread::yield();
            while (!pipeline.ring().stop_requested()) std::this_thread::yield();
            pipeline.consume();
        });
        CHECK(run(pipeline, source, options) == ExitStatus::Drained);
        late.join();
        CHECK(source.given == 1);
        CHECK(pipeline.positions == up_to(1));
    }
    CHECK(looks >= 20);
}

TEST_CASE(
    "with --rate, an item that a consumer has taken and not begun keeps the others waiting only shortly",
    "[producer]") {
    Pipeline pipeline;
    Numbers source(1000);
    ProducerOptions options = options_for("sequence");
    options.rate = 0.001;
    const auto deadline = steady_clock::now() + kDeadline;
    std::uint64_t taken = 0;  // each by another place's consumer, which takes no permit
    source.on_look = [&] {
        Ring ring = pipeline.ring();
        if (taken < 2 && ring.tail() > taken) {
            ++taken;
            REQUIRE(ring.claim(ring.hand(taken), 1, milliseconds(0)) == Ring::ClaimOutcome::Claimed);
        }
        if (source.given == 3 || steady_clock::now() > deadline) ring.area().stop = 1;
    };
    std::thread late([&] {
        while (!pipeline.ring().stop_requested()) std::this_thread::yield();
        for (std::uint64_t place = 1; place <= taken; ++place) pipeline.save_one(place);
        pipeline.consume();
    });
    CHECK(run(pipeline, source, options) == ExitStatus::Drained);
    late.join();
    CHECK(source.given == 3);
}

TEST_CASE("the source gets a receipt for each durable record, once and in order", "[producer]") {
    constexpr std::uint64_t kItems = 3 * kRing;
    Pipeline pipeline;
    pipeline.consume();
    Numbers source(kItems);
    source.wants = true;
    CHECK(run(pipeline, source, options_for("sequence")) == ExitStatus::Drained);
    CHECK(source.receipts == up_to(kItems));
}

TEST_CASE("the last receipts of a run are waited for where a flush tells of them", "[producer]") {
    Pipeline pipeline;
    Numbers source(3);
    source.wants = true;
    int waits = 0;
    source.on_wait = [&] {
        ++waits;
        pipeline.consume();
    };
    source.on_look = [&] { pipeline.consume(); };
    CHECK(run(pipeline, source, options_for("sequence")) == ExitStatus::Drained);
    CHECK(source.receipts == up_to(3));
    CHECK(waits == 0);
}

TEST_CASE("receipts are given while the ring is full", "[producer]") {
    Pipeline pipeline;
    Numbers source(2 * kRing);
    source.wants = true;
    std::vector<std::size_t> receipts;  // given before each look
    source.on_look = [&] {
        receipts.push_back(source.receipts.size());
        if (receipts.size() == 1) {
            pipeline.consume_one();  // less than the items that wait for room
        } else {
            pipeline.consume();
        }
    };
    CHECK(run(pipeline, source, options_for("sequence")) == ExitStatus::Drained);
    REQUIRE(receipts.size() >= 2);
    CHECK(receipts[1] == 1);
}

TEST_CASE("items without room at a stop stay in a source that can give them again", "[producer]") {
    const CapturedLog captured;
    Pipeline pipeline;
    Numbers source(10 * kRing);
    source.on_look = [&] { pipeline.ring().area().stop.store(1); };
    // Make room only when the producer has obeyed.
    std::thread late([&] {
        const auto until = steady_clock::now() + kDeadline;
        while (!pipeline.ring().closed() && steady_clock::now() < until) std::this_thread::yield();
        pipeline.consume();
    });
    const auto status = run(pipeline, source, options_for("sequence"));
    late.join();
    CHECK(status == ExitStatus::Drained);
    CHECK(source.is_stopped);
    CHECK(pipeline.ring().tail() == kRing);
    CHECK(source.given > kRing);
    CHECK_FALSE(captured.has("not taken"));
}

TEST_CASE("items without room at a stop wait for it if the source cannot give them again", "[producer]") {
    constexpr std::uint64_t kItems = 3 * kRing;
    Pipeline pipeline;
    Numbers source(kItems);
    source.keeps_what_it_read = true;
    source.on_look = [&] {
        pipeline.ring().area().stop.store(1);
        pipeline.consume();
    };
    CHECK(run(pipeline, source, options_for("lines:-")) == ExitStatus::Drained);
    CHECK(source.is_stopped);
    CHECK(pipeline.positions == up_to(kItems));
}

TEST_CASE("a producer that must leave acknowledges what is durable, and names what has no room",
          "[producer]") {
    const CapturedLog captured;
    Pipeline pipeline;
    Numbers source(2 * kRing);
    source.wants = true;
    source.keeps_what_it_read = true;
    source.on_look = [&] { pipeline.ring().request_stop(StopStep::Leave); };
    std::thread late;
    SECTION("when some of the rest is unfinished") {
        source.on_look = [&] {
            pipeline.consume_one();
            pipeline.ring().request_stop(StopStep::Leave);
        };
    }
    SECTION("when all of the rest is durable") {
        pipeline.ring().area().hands[0].process = ProcessId::self().pack();  // a consumer lives
        late = std::thread([&] {
            const auto until = steady_clock::now() + kDeadline;
            while (!pipeline.ring().closed() && steady_clock::now() < until) std::this_thread::yield();
            pipeline.consume();
        });
    }
    CHECK(run(pipeline, source, options_for("lines:-")) == ExitStatus::NotDrained);
    if (late.joinable()) late.join();
    CHECK(pipeline.ring().closed());
    CHECK(pipeline.ring().area().producer_process.load() == 0);
    CHECK(source.receipts == up_to(pipeline.segments.storage().durable()));
    CHECK(captured.has("the pipeline stops at once and the ring is full"));
}

TEST_CASE("items that a closed ring refuses are named if the source cannot give them again", "[producer]") {
    const CapturedLog captured;
    Pipeline pipeline;
    Numbers source(2 * kRing);
    source.keeps_what_it_read = true;
    source.on_look = [&] {
        pipeline.ring().close();
        pipeline.consume();
    };
    const bool can_repeat = GENERATE(false, true);
    // Somebody must give the lost ids again.
    CHECK(run(pipeline, source, options_for(can_repeat ? "sequence" : "lines:-")) ==
          (can_repeat ? ExitStatus::Drained : ExitStatus::NotDrained));
    const std::uint64_t taken = pipeline.ring().tail();
    CHECK(taken == kRing);
    const std::string message = fmt::format(
        "the ring has been closed meanwhile: {} ids from standard input are not taken, from "
        "'{}' on; give them again",
        2 * kRing - taken, taken + 1);
    CHECK(captured.has(message) == !can_repeat);
}

TEST_CASE("a producer whose supervisor and consumers are dead ends without having drained", "[producer]") {
    Pipeline pipeline;
    Numbers source(5);
    ProducerOptions options = options_for("sequence");
    options.parent = ::getpid();  // nobody's parent here
    source.on_wait = [&] { FAIL("an orphan waits for its source"); };
    std::array<Item, 1> left{};
    left.front().set_id("left");
    REQUIRE(pipeline.ring().push(left).count == 1);
    CHECK(run(pipeline, source, options) == ExitStatus::NotDrained);
    CHECK(source.is_stopped);
    CHECK(pipeline.ring().closed());
}

TEST_CASE("nothing is acquired while the ring is paused", "[producer]") {
    Pipeline pipeline;
    pipeline.ring().area().paused.store(1);
    pipeline.consume();
    Numbers source(5);
    int looks = 0;
    source.on_look = [&] {
        if (!pipeline.ring().paused()) return;  // it waits for the receipts
        CHECK(source.given == 0);
        if (++looks == 3) pipeline.ring().area().paused.store(0);
    };
    CHECK(run(pipeline, source, options_for("sequence")) == ExitStatus::Drained);
    CHECK(looks == 3);
    CHECK(pipeline.positions == up_to(5));
}

TEST_CASE("a source that fails leaves the ring open for the next producer", "[producer]") {
    Pipeline pipeline;
    Numbers source(5);
    source.fails = true;
    CHECK_THROWS_AS(run(pipeline, source, options_for("sequence")), Failure);
    CHECK_FALSE(pipeline.ring().closed());
}
