// SPDX-License-Identifier: Apache-2.0
// /dev/shm is full, cannot be written, or somebody removes what is in it. All memory is taken at the start:
// too little is an error there, and what becomes of /dev/shm later does not matter.
#include <signal.h>

#include <filesystem>

#include "common/core/segments/segments.hpp"
#include "common/os/confinement.hpp"
#include "tests/faults/said.hpp"
#include "tests/faults/small_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr const char* kSharedMemory = "/dev/shm";
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

std::vector<std::string> names_in_shared_memory() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kSharedMemory))
        names.push_back(entry.path().filename());
    return names;
}

}  // namespace

TEST_CASE("a /dev/shm without room for the segments is said at the start, and nothing stays in it") {
    if (!SmallDisk::is_possible()) return;
    struct Full {
        const char* fault;
        std::uint64_t bytes;
        const char* options;
        std::string segment;
        std::string advice;
    };
    const auto full =
        GENERATE(Full{"no room for the storage", 4 * kMebibyte, "", ".storage", "make /dev/shm larger"},
                 Full{"no room for the ring", 32 * kMebibyte, "", ".ring", "make /dev/shm larger"},
                 Full{"no inode", 64 * kMebibyte, "nr_inodes=1", ".storage", "make /dev/shm larger"},
                 Full{"/dev/shm is read-only", 64 * kMebibyte, "ro", ".storage", "must be writable"});
    PipelineRun run;
    const std::vector<std::string> options{"--consumers",   "2",         "--once", "--source",
                                           "sequence:1000", "--process", "none"};
    {
        const SmallDisk shared_memory(kSharedMemory, full.bytes, full.options);
        auto checked = options;
        checked.emplace_back("--check");
        auto check = run.start(checked);
        CHECK(check.wait() == 73);
        CHECK(mentions(check.out(), full.advice));
        auto supervisor = run.start(options);
        CHECK(supervisor.wait() == 73);
        require_said(supervisor, full.fault, {"/dev/shm/" + run.name() + full.segment, full.advice});
        CHECK(names_in_shared_memory() == std::vector<std::string>{});
    }
    auto again = run.start(options);
    REQUIRE(again.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}

TEST_CASE("a --shm-dir without room is named, and one with room is closed to confined programs") {
    if (!SmallDisk::is_possible()) return;
    PipelineRun run;
    const std::string directory = run.directory() / "memory";
    const std::string ring = directory + "/" + run.name() + ".ring";
    std::filesystem::create_directory(directory);
    const auto start = [&](std::vector<std::string> options) {
        options.insert(options.end(),
                       {"--consumers", "1", "--once", "--source", "sequence:1", "--shm-dir", directory,
                        "--process", "each:sh -c 'cat " + ring + " && exit 65' {}"});
        return run.start(options);
    };
    {
        const SmallDisk shared_memory(directory, 4 * kMebibyte);
        auto supervisor = start({});
        CHECK(supervisor.wait() == 73);
        require_said(supervisor, "--shm-dir without room",
                     {directory + "/" + run.name() + ".storage", "make " + directory + " larger"});
        CHECK(std::filesystem::is_empty(directory));
    }
    const bool is_confined = landlock_version() > 0 && GENERATE(false, true);
    const SmallDisk shared_memory(directory, 64 * kMebibyte);
    auto supervisor = start(is_confined ? std::vector<std::string>{"--confine"} : std::vector<std::string>{});
    REQUIRE(supervisor.wait() == (is_confined ? 1 : 0));
    CHECK(run.rows_by_status().begin()->first == (is_confined ? "failed" : "rejected"));
    run.require_nothing_left();
}

TEST_CASE("a /dev/shm that becomes full while the pipeline runs does not matter to it") {
    if (!SmallDisk::is_possible()) return;
    const SmallDisk shared_memory(kSharedMemory, 64 * kMebibyte);
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "2", "--source", "sequence", "--ring-capacity", "256",
                                 "--process", "simulate:200us"});
    REQUIRE(eventually([&] { return run.has_rows(100); }));
    shared_memory.fill();
    for (const std::string victim : {"consumer", "producer"}) {
        const auto rows = run.rows();
        ::kill(supervisor.child(victim), SIGKILL);
        REQUIRE(eventually([&] { return run.rows() >= rows + 500; }));
    }
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE(
    "segments that somebody removes while they are in use end the run, and the source gives the rest again") {
    PipelineRun run;
    const auto start = [&](const std::string& process) {
        return run.start({"--consumers", "2", "--once", "--source", "sequence:1000", "--process", process});
    };
    const auto remove_segments = [&] {
        REQUIRE(eventually([&] { return run.has_rows(4); }));
        for (const auto& segment : run.segments()) std::filesystem::remove("/dev/shm/" + segment);
    };
    SECTION("nobody dies: nothing is noticed") {
        auto supervisor = start("simulate:10ms");
        remove_segments();
        REQUIRE(supervisor.wait() == 0);
    }
    SECTION("all consumers die, and their successors find them gone") {
        // 50 s of work; a consumer that lived on would drain it.
        auto supervisor = start("simulate:100ms");
        remove_segments();
        for (const pid_t consumer : supervisor.children("consumer")) ::kill(consumer, SIGKILL);
        CHECK(supervisor.wait() == 78);
        require_said(supervisor, "segments removed while running",
                     {"segment /dev/shm/" + run.name() + ".ring is not there", "RemoveIPC"});
        require_said(supervisor, "... and what is lost with them",
                     {"/dev/shm/" + run.name() + ".ring", "the next start takes them from the source again"});
        auto again = start("none");
        REQUIRE(again.wait() == 0);
    }
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}
