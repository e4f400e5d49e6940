// SPDX-License-Identifier: Apache-2.0
// invoice-pipeline starts the program that its command stands for, with the arguments as they are given.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "clerk/options/commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Starts the front door with `arguments`, and returns it once it has ended.
Process front(const PipelineRun& run, const std::vector<std::string>& arguments) {
    static int started = 0;
    std::vector<std::string> argv{FRONT_PROGRAM};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Process process(argv, run.directory(), fmt::format("front{}", ++started));
    static_cast<void>(process.wait());
    return process;
}

std::vector<std::string> places(const PipelineRun& run) {
    return {"--name",        run.name(),      "--state-dir", run.directory(),
            "--runtime-dir", run.directory(), "--ledger",    "sqlite:" + run.ledger().string()};
}

std::vector<std::string> command(std::string word, const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& more) {
    std::vector<std::string> all{std::move(word)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace

TEST_CASE("the commands run a pipeline, show what failed, give it again, and audit") {
    PipelineRun run;
    write_file(run.directory() / "ids", "good\nbad one\n");
    const std::string mended = (run.directory() / "mended").string();
    const std::vector<std::string> options{"-j",
                                           "2",
                                           "--source",
                                           "lines:" + (run.directory() / "ids").string(),
                                           "--retry-delay",
                                           "1ms",
                                           "--max-attempts",
                                           "1"};
    const std::vector<std::string> work{"--", "sh", "-c", "test \"$1\" = good || test -e " + mended,
                                        "sh", "{}"};
    auto whole = options;
    const auto at = places(run);
    whole.insert(whole.end(), at.begin(), at.end());
    auto ran = front(run, command("run", whole, work));
    INFO(ran.err());
    CHECK(ran.wait() == 1);
    CHECK(run.rows_by_status()["booked"] == 1);

    auto failed = front(run, command("failed", at, {}));
    CHECK(failed.wait() == 0);
    CHECK(failed.out().find("bad one") != std::string::npos);
    CHECK(failed.out().find("good") == std::string::npos);

    write_file(mended, "");
    auto retried = front(run, command("retry", {"bad one"}, at));
    INFO(retried.err());
    CHECK(retried.wait() == 0);
    auto again = front(run, command("run", whole, work));
    CHECK(again.wait() == 0);
    CHECK(run.rows_by_status()["booked"] == 2);

    auto audited = front(run, command("audit", at, {}));
    INFO(audited.out() << audited.err());
    CHECK(audited.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("status looks once, and top is the screen") {
    PipelineRun run;
    const std::vector<std::string> at{"--name", run.name(), "--runtime-dir", run.directory()};
    auto status = front(run, command("status", at, {}));
    CHECK(status.wait() == 66);
    CHECK(status.err().find("--name '" + run.name() + "' now: ") != std::string::npos);
    CHECK(status.err().find("invoice-pipeline audit") != std::string::npos);
    CHECK(status.err().find("--once") == std::string::npos);
    auto top = front(run, {"top", "--help"});
    CHECK(top.wait() == 0);
    CHECK(top.out().starts_with("Usage: observer "));
}

TEST_CASE("without a command there is the help, in one screen, and another word is refused in a line") {
    PipelineRun run;
    auto alone = front(run, {});
    CHECK(alone.wait() == 0);
    const std::string help = alone.out();
    CHECK(std::count(help.begin(), help.end(), '\n') <= 30);
    for (const char* word : {"run", "status", "top", "failed", "retry", "audit"})
        CHECK(help.find(fmt::format("\n  {} ", word)) != std::string::npos);
    CHECK(front(run, {"--help"}).out() == help);
    CHECK(front(run, {"--version"}).out().starts_with("invoice-pipeline (invoice-pipeline) "));

    auto unknown = front(run, {"stauts", "--help"});
    CHECK(unknown.wait() == 64);
    CHECK(unknown.out().empty());
    CHECK(
        unknown.err() ==
        "invoice-pipeline: 'stauts' is not a command: did you mean status? run, status, top, failed, retry, "
        "audit is accepted\n");
    for (const auto& command : kClerkCommands) {
        const std::string word(command.word);
        if (word == "retry") continue;
        CHECK(front(run, {word})
                  .err()
                  .starts_with("invoice-pipeline: '" + word + "' is not a command: did you mean clerk " +
                               word + "? "));
    }
    auto option = front(run, {"--once"});
    CHECK(option.wait() == 64);
    const std::string line = option.err();
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    run.require_nothing_left();
}

TEST_CASE("a program that is missing is named") {
    PipelineRun run;
    const auto alone = run.directory() / "alone";
    std::filesystem::create_directories(alone);
    std::filesystem::copy_file(FRONT_PROGRAM, alone / "invoice-pipeline");
    Process process({alone / "invoice-pipeline", "run"}, run.directory(), "alone");
    CHECK(process.wait() == 73);
    CHECK(process.err().find((alone / "supervisor").string() + ": No such file or directory") !=
          std::string::npos);
    run.require_nothing_left();
}
