// SPDX-License-Identifier: Apache-2.0
// A timer interrupts every process of the pipeline 10,000 times a second, from its first instruction to its
// last: any system call may fail with EINTR, and none may be taken for having done its work or for a real
// failure.
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// The sum of the numbers that the processes have left in the file (interrupter.cpp).
std::uint64_t sum_of(const std::filesystem::path& file) {
    const std::string bytes = read_file(file);
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at + sizeof sum <= bytes.size(); at += sizeof sum) {
        std::uint64_t number = 0;
        std::memcpy(&number, bytes.data() + at, sizeof number);
        sum += number;
    }
    return sum;
}

// Kills one after the other, each time when some more of `most` invoices are recorded, or all.
void kill_each(const PipelineRun& run, const Process& supervisor, std::uint64_t most) {
    std::uint64_t rows = 100;
    for (const std::string victim : {"consumer", "producer", "consumer"}) {
        INFO(supervisor.err());
        REQUIRE(eventually([&] { return run.has_rows(std::min(rows, most)); }));
        ::kill(supervisor.child(victim), SIGKILL);
        rows = run.rows() + 100;
    }
}

}  // namespace

TEST_CASE("a storm of interruptions changes nothing, with kills and a drain") {
    PipelineRun run;
    const auto counted = run.directory() / "interruptions";
    const auto interrupted = [&] {
        ::setenv("LD_PRELOAD", INTERRUPTER, 1);
        ::setenv("INTERRUPTIONS", counted.c_str(), 1);
    };
    SECTION("numbers") {
        auto supervisor =
            run.start_in(interrupted, {"--consumers", "3", "--source", "sequence", "--process",
                                       "simulate:100us", "--rate", "5000/s", "--flush-interval", "1ms"});
        kill_each(run, supervisor, UINT64_MAX);
        REQUIRE(eventually([&] { return run.rows() >= 3000; }));
        supervisor.send(SIGTERM);
        const int status = supervisor.wait();
        INFO(supervisor.err());
        REQUIRE(status == 0);
        run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
        CHECK(supervisor.out().find("in flight") == std::string::npos);
    }
    SECTION("files") {
        constexpr std::size_t kFiles = 1000;
        for (std::size_t i = 0; i < kFiles; ++i)
            write_file(run.spool() / fmt::format("file {}", i), "<none/>");
        auto supervisor = run.start_in(interrupted, {"--consumers", "2", "--rate", "2000/s"});
        kill_each(run, supervisor, kFiles);
        REQUIRE(eventually([&] { return run.rows() == kFiles; }));
        supervisor.send(SIGTERM);
        const int status = supervisor.wait();
        INFO(supervisor.err());
        REQUIRE(status == 0);
        CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"rejected", kFiles}});
        CHECK(files_in(run.spool() / "rejected") == kFiles);
        CHECK(files_in(run.spool()) == 0);
    }
    run.require_nothing_left();
    const auto interruptions = sum_of(counted);
    CHECK(interruptions > 1000);
    fmt::print("  {} interruptions of the processes that were not killed\n", interruptions);
}
