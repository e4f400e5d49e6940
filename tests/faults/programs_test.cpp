// SPDX-License-Identifier: Apache-2.0
// The programs that the supervisor starts are not there, or cannot be executed: an installation that is
// broken, or one that is being replaced just now.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>

#include "common/base/fd.hpp"
#include "tests/faults/installation.hpp"
#include "tests/faults/said.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Broken {
    const char* fault;
    std::string program;
    std::function<void(const std::filesystem::path&)> spoil;
    std::string said;
};

Process start(PipelineRun& run, const Installation& installation) {
    return run.start_program(installation / "supervisor", {"--consumers", "2", "--once", "--source",
                                                           "sequence:1000", "--process", "none"});
}

}  // namespace

TEST_CASE("a program that cannot be executed ends the start with its name, and a mended one goes on") {
    const auto broken = GENERATE(
        Broken{"no producer", "producer", [](const auto& path) { std::filesystem::remove(path); },
               "is missing, there and in "},
        Broken{"no consumer", "consumer", [](const auto& path) { std::filesystem::remove(path); },
               "is missing, there and in "},
        Broken{"a consumer that is not executable", "consumer",
               [](const auto& path) { ::chmod(path.c_str(), 0600); }, "Permission denied; install it again"},
        Broken{"a consumer that is no program", "consumer",
               [](const auto& path) { std::filesystem::resize_file(path, 3); },
               "Exec format error; install it again"});
    PipelineRun run;
    const auto folder = run.directory() / "programs";
    {
        const Installation installation(folder);
        broken.spoil(installation / broken.program);
        auto supervisor = start(run, installation);
        CHECK(supervisor.wait() == 73);
        require_said(supervisor, broken.fault, {(installation / broken.program).string(), broken.said});
        CHECK(run.rows() == 0);
        // The next start takes the invoices that a producer had acquired by then.
        CHECK(eventually([] { return PipelineRun::has_no_children(); }));
    }
    std::filesystem::remove_all(folder);
    const Installation mended(folder);
    auto supervisor = start(run, mended);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}

TEST_CASE("a program that is being written is started when it is complete") {
    PipelineRun run;
    const Installation installation(run.directory() / "programs");
    UniqueFd writer(::open((installation / "consumer").c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(writer);
    auto supervisor = start(run, installation);
    require_said(
        supervisor, "a consumer that is being written",
        {(installation / "consumer").string(), "Text file busy; somebody is writing it", "is tried again"});
    writer.reset();
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}
