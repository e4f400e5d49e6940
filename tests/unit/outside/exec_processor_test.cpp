// SPDX-License-Identifier: Apache-2.0
// Work by one long-lived program, which is a line of sh here. Nothing but the program's own answers and end
// says how far it is, so a slow machine changes no result.
#include "consumer/outside/exec_processor.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kMaxAttempts = 2;

// A hand of items with the numbers 1..count, and the consumer that owns it.
class Work : public Batch::Owner {
  public:
    explicit Work(std::uint64_t count) : hand_(segments_.ring().hand(0)) {
        configure_log("unit_tests", LogLevel::Error);
        ::signal(SIGPIPE, SIG_IGN);  // as in a consumer
        for (std::uint64_t i = 0; i < count; ++i) set_number(hand_.item(i), i + 1);
        hand_.set_word({0, count, 0});
    }
    ~Work() override { configure_log("invoice-pipeline", LogLevel::Info); }
    Batch batch() { return {hand_, results_, kMaxAttempts, 0s, *this}; }

    bool save_results(std::span<const Result> results) override {
        for (const Result& result : results)
            outcomes_.push_back(fmt::format(
                "{} {}{}{}", to_text(result.status), result.attempts, result.has_details ? " " : "",
                result.has_details ? result.details.reason_text() : std::string_view()));
        return can_save_;
    }
    std::chrono::nanoseconds do_other_work() override { return 100ms; }

    MemorySegments segments_{16, 16};
    Hand hand_;
    std::array<Result, 16> results_;
    std::vector<std::string> outcomes_;  // STATUS ATTEMPTS REASON, as saved
    bool can_save_ = true;
};

ExecPlan plan_of(const std::string& script, std::uint32_t pipeline = 1) {
    ExecPlan plan;
    plan.program = {"/bin/sh", "sh", ProgramChild::Input::Pipe, 0};
    plan.arguments = {"sh", "-c", script};
    plan.pipeline = pipeline;
    return plan;
}

RequestWriter ids() {
    return {RequestForm::Id, SourceSpec{}};
}

std::vector<std::string> outcomes_of(std::uint64_t count, ExecPlan plan) {
    Work work(count);
    Batch batch = work.batch();
    ExecProcessor processor(std::move(plan), ids());
    processor.process(batch);
    batch.save();
    CHECK(work.hand_.area().work.load() == 0);
    return work.outcomes_;
}

using Outcomes = std::vector<std::string>;

}  // namespace

TEST_CASE("answers belong to requests by their order", "[exec-processor]") {
    const std::uint32_t pipeline = GENERATE(1U, 3U, 8U);
    CHECK(outcomes_of(
              4, plan_of("while read id; do case $id in 2) echo rejected two;; 3) echo failed three;; "
                         "*) echo booked;; esac; done",
                         pipeline)) == Outcomes{"booked 1", "rejected 1 two", "failed 1 three", "booked 1"});
}

TEST_CASE("a program that ends in the middle costs the invoice that it worked on, and no other",
          "[exec-processor]") {
    const std::uint32_t pipeline = GENERATE(1U, 4U);
    CHECK(outcomes_of(
              4, plan_of("while read id; do test $id = 2 && { echo gone >&2; exit 3; }; echo booked; done",
                         pipeline)) ==
          Outcomes{"booked 1", "failed 2 exit status 3: gone", "booked 1", "booked 1"});
}

TEST_CASE("an answer that is none ends the program, and costs the invoice it was for an attempt",
          "[exec-processor]") {
    const auto outcomes =
        outcomes_of(3, plan_of("while read id; do test $id = 2 && echo what || echo booked; done", 2));
    CHECK(outcomes ==
          Outcomes{"booked 1", "failed 2 gave an answer that is not understood: \"what\"", "booked 1"});
}

TEST_CASE("a program is replaced after its number of invoices", "[exec-processor]") {
    ExecPlan plan = plan_of("while read id; do echo rejected $$; done", 2);
    plan.max_items = 2;
    const auto outcomes = outcomes_of(6, std::move(plan));
    REQUIRE(outcomes.size() == 6);
    CHECK(std::set<std::string>(outcomes.begin(), outcomes.end()).size() == 3);
    for (const std::size_t i : {0U, 2U, 4U}) CHECK(outcomes[i] == outcomes[i + 1]);
}

TEST_CASE("a program that ends with everything answered costs nothing", "[exec-processor]") {
    CHECK(outcomes_of(4, plan_of("read id && echo booked")) == Outcomes(4, "booked 1"));
}

TEST_CASE("an item whose file is not there is not asked for", "[exec-processor]") {
    ExecPlan plan = plan_of("while read id; do echo booked; done");
    plan.spool = std::make_shared<const SpoolFolder>("/proc/self", SpoolOrigin{});
    const auto outcomes = outcomes_of(2, std::move(plan));
    CHECK(outcomes == Outcomes(2, fmt::format("failed 1 {}", SpoolFolder::kGone)));
}

TEST_CASE("a batch that was given up ends the program", "[exec-processor]") {
    Work work(8);
    work.can_save_ = false;
    Batch batch = work.batch();
    ExecProcessor processor(plan_of("while read id; do echo booked; done", 2), ids());
    processor.process(batch);
    CHECK(batch.is_given_up());
    CHECK(work.hand_.area().work.load() == 0);
}

TEST_CASE("one program works on batch after batch, and ends with its processor", "[exec-processor]") {
    Outcomes outcomes;
    {
        ExecProcessor processor(plan_of("while read id; do echo rejected $$; done"), ids());
        for (int i = 0; i < 3; ++i) {
            Work work(1);
            Batch batch = work.batch();
            processor.process(batch);
            batch.save();
            processor.look_after();
            outcomes.insert(outcomes.end(), work.outcomes_.begin(), work.outcomes_.end());
        }
    }
    CHECK(outcomes == Outcomes(3, outcomes.front()));
    const pid_t pid = std::stoi(outcomes.front().substr(std::string("rejected 1 ").size()));
    CHECK(::kill(pid, 0) != 0);
}
