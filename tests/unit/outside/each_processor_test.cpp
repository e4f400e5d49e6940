// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/each_processor.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "tests/support/batch_owner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

class Work : public BatchOwner {
  public:
    explicit Work(std::uint64_t count) : BatchOwner(count) { configure_log("unit_tests", LogLevel::Error); }
    ~Work() override { configure_log("invoice-pipeline", LogLevel::Info); }

    void process(const std::string& script) {
        Batch batch = BatchOwner::batch(1, 0s);
        EachProcessor processor({{"/bin/sh", "job", ProgramChild::Input::Null, 0}, 0s},
                                CommandTemplate({"sh", "-c", script, "job", "{}"}, {}));
        processor.process(batch);
        batch.save();
    }
    bool save_results(std::span<const Result> results) override {
        for (const Result& result : results) reasons_.emplace_back(result.details.reason_text());
        return can_save_;
    }
    std::chrono::nanoseconds do_other_work() override {
        if (at_each_look_) at_each_look_();
        return 20ms;
    }

    std::vector<std::string> reasons_;
    std::function<void()> at_each_look_;
};

std::string reason_of(const std::string& script) {
    Work work(1);
    work.process(script);
    REQUIRE(work.reasons_.size() == 1);
    return work.reasons_.front();
}

}  // namespace

TEST_CASE("a batch that was given up starts no further process", "[each-processor]") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "started").string();
    Work work(4);
    work.can_save_ = false;
    // Longer than results wait for a save.
    work.process("printf x >>" + file + "; sleep 0.05");
    CHECK(std::filesystem::file_size(file) == 1);
    CHECK(work.hand_.area().work.load() == 0);
    for (std::uint64_t i = 0; i < 4; ++i) CHECK(work.hand_.deaths(i) == 0);
}

TEST_CASE("at a stop the program that runs is asked to end, and its invoice stays untried and uncharged",
          "[each-processor]") {
    const std::string ending = GENERATE("exit 0", "exit 1", "exit 75", "true");
    CAPTURE(ending);
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "started").string();
    Work work(3);
    // Invoice 2 says that it runs by the file, and waits.
    work.at_each_look_ = [&] { work.must_leave_ = std::filesystem::exists(file); };
    work.process("test $1 = 1 && exit 0; trap '" + ending + "' TERM; printf x >>" + file +
                 "; while :; do sleep 0.05; done");
    CHECK(std::filesystem::file_size(file) == 1);
    CHECK(work.reasons_.size() == 1);
    CHECK(work.hand_.area().work.load() == 0);
    for (std::uint64_t i = 0; i < 3; ++i) CHECK(work.hand_.deaths(i) == 0);
}

TEST_CASE("a program that has ended before a stop is seen has given its answer", "[each-processor]") {
    Work work(2);
    // The first look beside the program of invoice 1 shows the stop, but only when that program has ended.
    int looks = 0;
    work.at_each_look_ = [&] {
        if (++looks < 2) return;
        siginfo_t ended{};
        if (looks == 2) REQUIRE(::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) == 0);
        work.must_leave_ = true;
    };
    work.process("exit 65");
    CHECK(work.reasons_ == std::vector<std::string>{"exit status 65"});
}

TEST_CASE("the reason of a failed process is the line that looks like its error, and its last one",
          "[each-processor]") {
    CHECK(reason_of("printf 'x.js:1\\nError: no database\\n    at main\\n\\nNode.js\\n' >&2; exit 1") ==
          "exit status 1: Error: no database | Node.js");
    CHECK(reason_of("printf 'Traceback:\\nValueError: bad amount\\n' >&2; exit 1") ==
          "exit status 1: ValueError: bad amount");
    CHECK(reason_of("printf ' 1%%\\r 2%%\\r 99%%\\rconnection reset' >&2; exit 56") ==
          "exit status 56: connection reset");
    CHECK(reason_of("echo first; echo last; exit 1") == "exit status 1: last");
}

TEST_CASE("a command that is not found or cannot be executed is named", "[each-processor]") {
    CHECK(reason_of("exit 127") == "exit status 127: job, or a command of it, was not found");
    CHECK(reason_of("exit 126") == "exit status 126: job, or a command of it, cannot be executed");
    CHECK(reason_of("echo no such thing >&2; exit 127") == "exit status 127: no such thing");
}
