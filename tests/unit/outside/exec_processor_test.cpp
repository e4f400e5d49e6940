// SPDX-License-Identifier: Apache-2.0
// Work by one long-lived program, which is a line of sh here. Nothing but the program's own answers and end
// says how far it is, so a slow machine changes no result.
#include "consumer/outside/exec_processor.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "tests/support/batch_owner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kMaxAttempts = 2;

class Work : public BatchOwner {
  public:
    explicit Work(std::uint64_t count) : BatchOwner(count) {
        configure_log("unit_tests", LogLevel::Error);
        ::signal(SIGPIPE, SIG_IGN);  // as in a consumer
    }
    ~Work() override { configure_log("invoice-pipeline", LogLevel::Info); }
    Batch batch() { return BatchOwner::batch(kMaxAttempts, 0s); }

    bool save_results(std::span<const Result> results) override {
        for (const Result& result : results)
            outcomes_.push_back(fmt::format(
                "{} {}{}{}", to_text(result.status), result.attempts, result.has_details ? " " : "",
                result.has_details ? result.details.reason_text() : std::string_view()));
        return can_save_;
    }
    std::chrono::nanoseconds do_other_work() override {
        if (at_each_look_) at_each_look_();
        return 100ms;
    }

    std::vector<std::string> outcomes_;  // STATUS ATTEMPTS REASON, as saved
    std::function<void()> at_each_look_;
};

// Nobody waits that long: a test that needs an hour hangs.
constexpr Conversation::Limits kNoLimits{0s, 1h};

ExecPlan plan_of(const std::string& script, std::uint32_t pipeline = 1) {
    ExecPlan plan;
    plan.program = {"/bin/sh", "sh", ProgramChild::Input::Pipe, 0};
    plan.arguments = {"sh", "-c", script};
    plan.pipeline = pipeline;
    plan.limits = kNoLimits;
    return plan;
}

// A script that reads all requests that have come at once into $ids.
std::string in_chunks(const std::string& what) {
    return "while ids=$(dd bs=4096 count=1 2>/dev/null) && test -n \"$ids\"; do " + what + "; done";
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

TEST_CASE("a program that ends well without an answer is said to have given none", "[exec-processor]") {
    CHECK(outcomes_of(1, plan_of("read id")) ==
          Outcomes{"failed 2 exit status 0: it ended without an answer"});
}

TEST_CASE("of several invoices that a program had read, the one that ends it is charged, and no other",
          "[exec-processor]") {
    CHECK(
        outcomes_of(
            4, plan_of(in_chunks("case \"$ids\" in *3*) exit 3;; esac; for id in $ids; do echo booked; done"),
                       4)) == Outcomes{"booked 1", "booked 1", "failed 2 exit status 3", "booked 1"});
}

TEST_CASE("a program that ends after an answer does not charge the request that it had read ahead",
          "[exec-processor]") {
    const TemporaryFolder folder;
    const std::string script = "mkdir " + (folder / "first").string() +
                               " 2>/dev/null && { read id; read id; echo booked; exit 0; }; "
                               "while read id; do echo booked; done";
    CHECK(outcomes_of(3, plan_of(script, 3)) == Outcomes(3, "booked 1"));
}

TEST_CASE("answers that name their invoices come in any order", "[exec-processor]") {
    const std::string script = in_chunks(
        "for id in $ids; do last=\"$id $last\"; done; "
        "for id in $last; do echo '{\"status\": \"rejected\", \"reason\": \"r'$id'\", \"id\": '$id'}'; done; "
        "last=");
    CHECK(outcomes_of(4, plan_of(script, 4)) ==
          Outcomes{"rejected 1 r1", "rejected 1 r2", "rejected 1 r3", "rejected 1 r4"});
}

TEST_CASE("an answer to a request that the program had not read is charged to the one that it had read",
          "[exec-processor]") {
    // It reads nothing after an answer for 2 until it is ended, unless it was asked for 2.
    const std::string script =
        "read id; echo '{\"status\": \"booked\", \"id\": 2}'; test $id = 2 || exec sleep 1000; "
        "while read id; do echo '{\"status\": \"booked\", \"id\": '$id'}'; done";
    CHECK(outcomes_of(3, plan_of(script, 3)) ==
          Outcomes{"failed 2 gave an answer that is not understood: an answer to a request that it had not "
                   "read",
                   "booked 1", "booked 1"});
}

TEST_CASE("after answers in any order, one without an id is none", "[exec-processor]") {
    const std::string script = in_chunks(
        "case \"$ids\" in 1*2*3*) echo '{\"status\": \"booked\", \"id\": 2}'; echo booked;; "
        "*) for id in $ids; do echo booked; done;; esac");
    // The program's end charges nobody: it had two more requests.
    CHECK(outcomes_of(3, plan_of(script, 3)) == Outcomes(3, "booked 1"));
}

TEST_CASE("an answer with a value that cannot be recorded costs one attempt and no program",
          "[exec-processor]") {
    const auto outcomes = outcomes_of(
        3, plan_of("while read id; do test $id = 2 && echo '{\"status\": \"booked\", \"net\": \"1,50\"}' || "
                   "echo rejected $$; done"));
    REQUIRE(outcomes.size() == 3);
    CHECK(outcomes[0].starts_with("rejected 1 "));
    CHECK(outcomes[1] ==
          "failed 1 gave an answer that is not understood: JSON whose net is no amount with at most two "
          "decimals: \"1,50\"");
    CHECK(outcomes[2] == outcomes[0]);  // by the same process
}

TEST_CASE("an answer that is none ends the program, and costs the invoice it was for an attempt",
          "[exec-processor]") {
    const auto outcomes =
        outcomes_of(3, plan_of("while read id; do test $id = 2 && echo what || echo booked; done", 2));
    CHECK(outcomes ==
          Outcomes{"booked 1", "failed 2 gave an answer that is not understood: \"what\"", "booked 1"});
}

TEST_CASE("a line before the first request was read counts for nothing", "[exec-processor]") {
    // The program reads only when its first line has been seen.
    const TemporaryFolder folder;
    const std::string path = folder.path().string() + "/";
    Work work(2);
    Batch batch = work.batch();
    ExecProcessor processor(plan_of("echo rejected; echo >" + path + "written; until test -e " + path +
                                    "seen; do sleep 0.01; done; while read id; do echo booked; done"),
                            ids());
    work.at_each_look_ = [&, looks = 0]() mutable {
        if (std::filesystem::exists(path + "written") && ++looks == 3) folder.write("seen", "");
    };
    processor.process(batch);
    batch.save();
    CHECK(work.outcomes_ == Outcomes(2, "booked 1"));
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

TEST_CASE("programs that end, answer or hang without reading cost no invoice, and ten of them end the run",
          "[exec-processor]") {
    ExecPlan plan;
    std::string why;
    SECTION("they end") {
        plan = plan_of("echo no database >&2; exit 3");
        why = "exit status 3: no database";
    }
    SECTION("they answer") {
        plan = plan_of("while echo booked; do sleep 0.01; done");
        plan.limits.start_timeout = 50ms;
        why = "it has read nothing for 50 ms";
    }
    SECTION("they hang") {
        plan = plan_of("sleep 600");
        plan.limits.start_timeout = 50ms;
        why = "it has read nothing for 50 ms";
    }
    Work work(3);
    Batch batch = work.batch();
    ExecProcessor processor(std::move(plan), ids());
    std::string said;
    try {
        processor.process(batch);
    } catch (const Failure& failure) {
        CHECK(failure.status() == ExitStatus::NotDrained);
        said = failure.what();
    }
    CHECK(said == "sh has ended 10 times in a row before it had read an invoice: " + why +
                      "; nothing is charged to the invoices, start again once the program starts");
    CHECK(work.hand_.area().work.load() == 0);
    for (std::uint64_t i = 0; i < 3; ++i) CHECK(work.hand_.deaths(i) == 0);
}

TEST_CASE("a program that ends without reading now and then ends nothing", "[exec-processor]") {
    // Every other program answers one invoice.
    const TemporaryFolder folder;
    const std::string mark = (folder.path() / "mark").string();
    CHECK(outcomes_of(12, plan_of("if test -e " + mark + "; then rm " + mark +
                                  "; read id; echo booked; else touch " + mark + "; fi")) ==
          Outcomes(12, "booked 1"));
}

TEST_CASE("at a stop a program is asked to end, and what it still answers counts", "[exec-processor]") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "ready").string();
    const std::uint32_t pipeline = GENERATE(1U, 4U);
    CAPTURE(pipeline);
    Work work(4);
    work.at_each_look_ = [&] { work.must_leave_ = std::filesystem::exists(file); };
    Batch batch = work.batch();
    // It answers invoice 2 only because it is asked to end, and has something to do afterwards.
    const std::string last = (folder.path() / "last").string();
    const std::string script = "read id; echo booked; read id; trap 'echo rejected late; sleep 0.2; : >" +
                               last + "; exit 0' TERM; : >" + file + "; while :; do sleep 0.05; done";
    ExecProcessor processor(plan_of(script, pipeline), ids());
    processor.process(batch);
    batch.save();
    CHECK(work.outcomes_ == Outcomes{"booked 1", "rejected 1 late"});
    CHECK(std::filesystem::exists(last));
    CHECK_FALSE(batch.is_saved());
    CHECK(work.work() == 0);
    for (std::uint64_t i = 0; i < 4; ++i) CHECK(work.hand_.deaths(i) == 0);
}

TEST_CASE("whatever a program does at a stop instead of answering is held against no invoice",
          "[exec-processor]") {
    const std::string at_the_end = GENERATE("exit 3", "echo nonsense", ":", "kill -9 $$", "exec >&-");
    CAPTURE(at_the_end);
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "ready").string();
    Work work(2);
    work.at_each_look_ = [&] { work.must_leave_ = std::filesystem::exists(file); };
    Batch batch = work.batch();
    ExecProcessor processor(
        plan_of("read id; trap '" + at_the_end + "' TERM; : >" + file + "; while :; do sleep 0.05; done"),
        ids());
    processor.process(batch);
    batch.save();
    CHECK(work.outcomes_.empty());
    CHECK(work.work() == 0);
    for (std::uint64_t i = 0; i < 2; ++i) CHECK(work.hand_.deaths(i) == 0);
}
