// SPDX-License-Identifier: Apache-2.0
// Every attempt takes a permit of --rate before it begins: in this process, of what a dead consumer has left,
// and outside, retries included.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "consumer/consumer.hpp"
#include "consumer/outside/each_processor.hpp"
#include "consumer/outside/exec_processor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/segment_name.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

class NoLedger final : public Ledger {
  public:
    void commit(const RecordRange& records, const CommitContext&) override {
        for (std::size_t i = 0; i < records.size(); ++i) records.record(i).outcome = Outcome::Booked;
    }
    std::optional<std::uint64_t> cursor(std::string_view) override { return std::nullopt; }
};

// Notes when each attempt began.
class NotingProcessor final : public Processor {
  public:
    void process(const Acquired& /*invoice*/, Result& result) override {
        times.push_back(monotonic_ns());
        result = {};
    }
    std::vector<std::uint64_t> times;
};

// The consumer of a hand of items 1..count whose attempts are programs. It refuses a permit twice before it
// gives one, and then nothing may have begun since.
class Work : public Batch::Owner {
  public:
    explicit Work(std::uint64_t count) : hand_(segments_.ring().hand(0)) {
        configure_log("leave_tests", LogLevel::Error);
        ::signal(SIGPIPE, SIG_IGN);  // as in a consumer
        for (std::uint64_t i = 0; i < count; ++i) set_number(hand_.item(i), i + 1);
        hand_.set_word({0, count, 0});
    }
    ~Work() override { configure_log("invoice-pipeline", LogLevel::Info); }

    void process(BatchProcessor& processor) {
        Batch batch(hand_, results_, {3, 0s}, *this);
        processor.process(batch);
        batch.save();
        CHECK(batch.is_done());
    }
    // One byte for each attempt that has begun.
    [[nodiscard]] std::uint64_t begun() const {
        std::error_code none;
        const auto bytes = std::filesystem::file_size(trace(), none);
        return none ? 0 : bytes;
    }
    [[nodiscard]] std::string trace() const { return (folder_.path() / "begun").string(); }

    bool save_results(std::span<const Result> /*results*/) override { return true; }
    std::chrono::nanoseconds do_other_work() override { return 100ms; }
    std::optional<std::chrono::nanoseconds> take_permit(bool is_idle) override {
        CHECK(begun() <= permits_);
        if (is_idle) CHECK(hand_.area().work.load() == 0);
        if (++asked_ % 3 != 0) return 1ms;
        ++permits_;
        return 0ns;
    }

    TemporaryFolder folder_;
    MemorySegments segments_{16, 16};
    Hand hand_;
    std::array<Result, 16> results_;
    std::uint64_t asked_ = 0;
    std::uint64_t permits_ = 0;
};

}  // namespace

TEST_CASE("attempts at what a dead consumer has left take permits, as all others do", "[pace]") {
    constexpr std::uint64_t kPeriod = 20'000'000;
    const SegmentName name("pace");
    Segments segments = Segments::create(name.text, {8, 8, "sequence", "none", 1, true});
    std::vector<Item> items(4);
    for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
    REQUIRE(segments.ring().push(items).count == items.size());
    const Hand hand = segments.ring().hand(1);
    REQUIRE(segments.ring().claim(hand, items.size(), 1s) == Ring::ClaimOutcome::Claimed);
    const bool is_retry = GENERATE(false, true);
    for (std::uint64_t i = 0; is_retry && i < items.size(); ++i) {
        hand.begin_work(hand.word().first, i);
        hand.charge(i, Cause::closed_stream());
    }
    const std::uint64_t due = monotonic_ns() + kPeriod / 2;
    segments.ring().area().next_begin_ns = due;
    hand.area().leave = 1;
    ConsumerOptions options;
    options.name = name.text;
    options.place = 1;
    options.ledger.kind = LedgerSpec::Kind::None;
    options.parent = ::getppid();
    options.rate = 1e9 / static_cast<double>(kPeriod);
    NotingProcessor processor;
    NoLedger ledger;
    CHECK(std::make_unique<Consumer>(options, segments, processor, ledger)->run() == ExitStatus::Drained);
    REQUIRE(processor.times.size() == items.size());
    for (std::size_t i = 0; i < items.size(); ++i) CHECK(processor.times[i] >= due + i * kPeriod);
    CHECK(segments.storage().durable() == items.size());
}

TEST_CASE("every process for an invoice takes a permit, each retry another one", "[pace]") {
    Work work(2);
    EachProcessor processor(
        {{"/bin/sh", "sh", ProgramChild::Input::Null, 0}, 0s},
        CommandTemplate({"sh", "-c", "printf x >>" + work.trace() + "; test $1 = 2", "sh", "{}"}, {}));
    work.process(processor);
    CHECK(work.begun() == 4);
    CHECK(work.permits_ == 4);
    CHECK(work.results_[0].attempts == 3);
}

TEST_CASE("every request to a program takes a permit, each retry another one", "[pace]") {
    const std::uint32_t pipeline = GENERATE(1U, 4U);
    Work work(3);
    ExecPlan plan;
    plan.program = {"/bin/sh", "sh", ProgramChild::Input::Pipe, 0};
    // The trace is written before the answer.
    plan.arguments = {
        "sh", "-c",
        "while read id; do printf x >>" + work.trace() + "; test $id = 2 && exit 3; echo booked; done"};
    plan.pipeline = pipeline;
    plan.limits = {0s, 1h};
    ExecProcessor processor(std::move(plan), {RequestForm::Id, SourceSpec{}});
    work.process(processor);
    // A program that got 2 while it had 1 does not charge it, and 2 begins once more. The permits decide
    // whether it did.
    CHECK(work.begun() >= 5);
    CHECK(work.begun() <= (pipeline == 1 ? 5 : 6));
    CHECK(work.permits_ >= work.begun());
    CHECK(work.results_[1].attempts == 3);
    CHECK(work.results_[2].status == Status::Booked);
}
