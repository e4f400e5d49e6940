// SPDX-License-Identifier: Apache-2.0
// A file of lines changes under the pipeline, or standard input ends early.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "common/fd.hpp"
#include "common/segments.hpp"
#include "tests/catch.hpp"
#include "tests/faults/said.hpp"
#include "tests/system/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "invoice-" + std::to_string(i) + "\n";
    return text;
}

std::vector<std::string> pipeline_of(const std::filesystem::path& file,
                                     const std::vector<std::string>& more = {}) {
    std::vector<std::string> options{"--consumers", "2",        "--process",
                                     "none",        "--source", "lines:" + file.string()};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

}  // namespace

TEST_CASE(
    "a file that is cut while it is read ends the run with what was taken, and is refused until it is "
    "whole") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(1000));
    auto supervisor = run.start(pipeline_of(file));
    REQUIRE(eventually([&] { return run.has_rows(1000); }));
    std::filesystem::resize_file(file, 100);
    require_said(supervisor, "lines:FILE cut",
                 {file, "has shrunk to 100 bytes", "append to it or use another file"});
    CHECK(supervisor.wait() == 66);
    CHECK(run.rows() == 1000);
    run.require_nothing_left();

    auto too_early = run.start(pipeline_of(file, {"--once"}));
    CHECK(too_early.wait() == 78);
    require_said(too_early, "... the next start", {file, "were read before; put the whole file back"});
    run.require_nothing_left();

    write_file(file, lines(1100));
    auto second = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(second.wait() == 0);
    CHECK(run.rows() == 1100);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_nothing_left();
}

TEST_CASE("a file that is removed while it is read is read to its end") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(2000));
    auto supervisor = run.start(pipeline_of(file, {"--rate", "4000/s"}));
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    std::filesystem::remove(file);
    REQUIRE(eventually([&] { return run.has_rows(2000); }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows() == 2000);
    run.require_nothing_left();
}

TEST_CASE("a file that is gone when its producer is started again ends the run with what was taken") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(2000));
    auto supervisor = run.start(pipeline_of(file, {"--rate", "2000/s"}));
    REQUIRE(eventually([&] { return run.has_rows(100); }));
    const auto segments = Segments::open(run.name(), Segment::Access::ReadOnly);
    REQUIRE(segments);
    const auto elsewhere = run.directory() / "elsewhere";
    std::filesystem::rename(file, elsewhere);
    ::kill(supervisor.child("producer"), SIGKILL);
    CHECK(supervisor.wait() == 66);
    // Its number may be another process's by now.
    CHECK(segments->ring().area().producer_process == 0);
    require_said(supervisor, "lines:FILE gone", {file, "No such file or directory; name an existing file"});
    CHECK(run.rows() < 2000);
    run.require_nothing_left();

    std::filesystem::rename(elsewhere, file);
    auto second = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(second.wait() == 0);
    CHECK(run.rows() == 2000);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_nothing_left();
}

TEST_CASE("standard input that ends within a line is read to its end") {
    PipelineRun run;
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd out(ends[0]);
    UniqueFd in(ends[1]);
    auto supervisor =
        run.start({"--consumers", "1", "--once", "--source", "lines:-", "--process", "none"}, out.get());
    REQUIRE(::write(in.get(), "one\ntw", 6) == 6);
    in.reset();
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.column("SELECT id FROM invoices ORDER BY position") == std::vector<std::string>{"one", "tw"});
    run.require_nothing_left();
}
