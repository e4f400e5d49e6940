// SPDX-License-Identifier: Apache-2.0
// The ledger cannot be written: its disk is full, another program has it locked, it is read-only or gone.
// Results wait in memory, the pipeline pushes back, and everything is recorded once when the cause has gone.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/core/layout.hpp"
#include "tests/faults/other_user.hpp"
#include "tests/faults/said.hpp"
#include "tests/faults/small_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_lock.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kSmall = 64;  // of ring and storage: what the pipeline takes before it pushes back

std::vector<std::string> pipeline_of(const std::string& source, const std::vector<std::string>& more = {}) {
    std::vector<std::string> options{"--consumers",        "2",    "--source",        source,
                                     "--process",          "none", "--ring-capacity", "64",
                                     "--storage-capacity", "64"};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

// Both are full, and what the pipeline holds is no more than fits in them and in two hands.
void require_pushed_back(const PipelineRun& run) {
    REQUIRE(eventually([&] { return run.waiting() == kSmall && run.in_flight() >= 2 * kSmall; }));
    CHECK(run.in_flight() <= 2 * kSmall + 2 * kMaxBatch);
}

// With --rate the ring stays nearly empty while the storage is full, because nothing can begin.
void require_held_back(const PipelineRun& run) {
    REQUIRE(eventually([&] { return run.in_flight() >= kSmall; }));
    CHECK(run.in_flight() < 2 * kSmall);
}

void require_all_numbers(PipelineRun& run) {
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

}  // namespace

TEST_CASE("a full disk under the ledger pushes back, and everything is recorded once there is room") {
    if (!SmallDisk::is_possible()) return;
    PipelineRun run;
    const auto folder = run.directory() / "disk";
    std::filesystem::create_directory(folder);
    const SmallDisk disk(folder, 32 * kMebibyte);
    run.set_ledger(folder / "ledger.db");
    auto supervisor = run.start(pipeline_of("sequence", {"--drain-timeout", "500ms", "--rate", "5000/s"}));
    REQUIRE(eventually([&] { return run.has_rows(500); }));
    disk.fill();
    require_said(supervisor, "full disk", {run.ledger(), "database or disk is full; free some space"});
    require_held_back(run);
    SECTION("there is room later, and consumers have died meanwhile") {
        const auto dead = supervisor.children("consumer");
        for (const pid_t consumer : dead) ::kill(consumer, SIGKILL);
        REQUIRE(eventually([&] {
            const auto now = supervisor.children("consumer");
            return now.size() == 2 && now.front() != dead.front() && now.back() != dead.back();
        }));
        for (const pid_t consumer : supervisor.children("consumer")) {
            require_said(supervisor, "... seen by a successor",
                         {"[" + std::to_string(consumer) + "]", "database or disk is full"});
        }
        require_held_back(run);
        const auto rows = run.rows();
        disk.make_room();
        REQUIRE(eventually([&] { return run.rows() >= rows + 1000; }));
        require_said(supervisor, "... room again", {"the ledger takes results again"});
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
    }
    SECTION("there is no room until the next start") {
        supervisor.send(SIGTERM);
        CHECK(supervisor.wait() == 75);
        require_said(supervisor, "... a drain",
                     {"not drained, ", "/dev/shm/" + run.name() + ".*", "next start"});
        CHECK(run.segments().size() == 2);
        CHECK(lines_with(supervisor, "database or disk is full") <= 4);
        disk.make_room();
        const auto known = run.acquired();
        auto next = run.start(pipeline_of("sequence:" + std::to_string(known + 100), {"--once"}));
        REQUIRE(next.wait() == 0);
        require_said(next, "... the next start", {"adopting"});
    }
    SECTION("the supervisor dies") {
        supervisor.send(SIGKILL);
        supervisor.wait();
        REQUIRE(eventually([] { return PipelineRun::has_no_children(); }));
        CHECK(run.segments().size() == 2);
        disk.make_room();
        auto next = run.start(pipeline_of("sequence:" + std::to_string(run.acquired()), {"--once"}));
        REQUIRE(next.wait() == 0);
    }
    require_all_numbers(run);
}

TEST_CASE("a ledger on a full disk is said at the start") {
    if (!SmallDisk::is_possible()) return;
    PipelineRun run;
    const auto folder = run.directory() / "disk";
    std::filesystem::create_directory(folder);
    const SmallDisk disk(folder, kMebibyte);
    run.set_ledger(folder / "ledger.db");
    disk.fill();
    auto supervisor = run.start(pipeline_of("sequence:100", {"--once"}));
    CHECK(supervisor.wait() == 73);
    require_said(supervisor, "full disk at the start", {run.ledger(), "full", "free some space"});
    run.require_nothing_left();
    disk.make_room();
    auto again = run.start(pipeline_of("sequence:100", {"--once"}));
    REQUIRE(again.wait() == 0);
    run.require_numbers_up_to(100);
}

TEST_CASE(
    "a ledger that another program has locked pushes back, and everything is recorded once it is free") {
    PipelineRun run;
    auto first = run.start(pipeline_of("sequence:500", {"--once"}));
    REQUIRE(first.wait() == 0);
    std::optional<LedgerLock> lock;
    std::optional<Process> started;
    SECTION("from the start") {
        lock.emplace(run.ledger());
        started.emplace(run.start(pipeline_of("sequence")));
    }
    SECTION("while it runs") {
        started.emplace(run.start(pipeline_of("sequence")));
        REQUIRE(eventually([&] { return run.has_rows(1000); }));
        lock.emplace(run.ledger());
    }
    Process& supervisor = *started;
    require_said(supervisor, "locked ledger", {run.ledger(), "database is locked; another program"});
    require_pushed_back(run);
    // Their successors have to do without it as well.
    for (const pid_t consumer : supervisor.children("consumer")) ::kill(consumer, SIGKILL);
    require_pushed_back(run);
    lock.reset();
    const auto rows = run.rows();
    REQUIRE(eventually([&] { return run.rows() >= rows + 1000; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    require_all_numbers(run);
}

TEST_CASE("a ledger that is moved away is waited for, and no new one is begun in its place") {
    PipelineRun run;
    auto supervisor = run.start(pipeline_of("sequence", {"--drain-timeout", "500ms"}));
    REQUIRE(eventually([&] { return run.has_rows(500); }));
    const auto elsewhere = run.directory() / "elsewhere.db";
    std::filesystem::rename(run.ledger(), elsewhere);
    require_said(supervisor, "ledger moved away", {run.ledger(), "moved or deleted", "put the file back"});
    REQUIRE(eventually([&] { return run.waiting() == kSmall; }));
    // A successor finds no file, and makes none.
    for (const pid_t consumer : supervisor.children("consumer")) ::kill(consumer, SIGKILL);
    require_said(supervisor, "... seen by a successor",
                 {run.ledger(), "it is gone, and its log is not", "put the file back"});
    CHECK_FALSE(std::filesystem::exists(run.ledger()));
    SECTION("it comes back") {
        std::filesystem::rename(elsewhere, run.ledger());
        const auto rows = run.rows();
        REQUIRE(eventually([&] { return run.rows() >= rows + 1000; }));
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
    }
    SECTION("it comes back before the next start") {
        supervisor.send(SIGTERM);
        CHECK(supervisor.wait() == 75);
        std::filesystem::rename(elsewhere, run.ledger());
        auto next = run.start(pipeline_of("sequence:" + std::to_string(run.acquired()), {"--once"}));
        REQUIRE(next.wait() == 0);
    }
    require_all_numbers(run);
}

// The command that a line advises, with which a deleted ledger is copied back.
void run_advised_copy(const std::string& said) {
    const auto begin = said.rfind("(while this process lives: ") + 27;
    const auto end = said.find("): ", begin);
    INFO(said);
    REQUIRE(end != std::string::npos);
    REQUIRE(std::system(said.substr(begin, end - begin).c_str()) == 0);
}

TEST_CASE("a ledger that is deleted, or exchanged for an older copy, can be had back from the processes") {
    PipelineRun run;
    auto supervisor = run.start(pipeline_of("sequence"));
    REQUIRE(eventually([&] { return run.has_rows(500); }));
    const auto copy = run.directory() / "copy.db";
    static_cast<void>(run.column("VACUUM INTO '" + copy.string() + "'"));
    const auto copied = run.rows();
    REQUIRE(eventually([&] { return run.has_rows(copied + 1000); }));
    SECTION("deleted") {
        for (const auto* suffix : {"", "-wal", "-shm"})
            std::filesystem::remove(run.ledger().string() + suffix);
        require_said(supervisor, "ledger deleted",
                     {run.ledger(), "moved or deleted", "put the file back", "cp /proc/"});
    }
    SECTION("exchanged, with its log removed as the documentation says") {
        for (const auto* suffix : {"-wal", "-shm"}) std::filesystem::remove(run.ledger().string() + suffix);
        std::filesystem::rename(copy, run.ledger());
        require_said(supervisor, "an older copy in the ledger's place",
                     {run.ledger(), "another file was put in its place", "it lacks", "put the file back",
                      "cp /proc/"});
    }
    SECTION("exchanged beside its log") {
        std::filesystem::rename(copy, run.ledger());
        require_said(supervisor, "an older copy beside the ledger's log",
                     {run.ledger(), "another file was put in its place", "beside the log of the one before",
                      "cp /proc/"});
    }
    REQUIRE(eventually([&] { return run.waiting() == kSmall; }));
    run_advised_copy(supervisor.err());
    const auto rows = run.rows();
    REQUIRE(eventually([&] { return run.rows() >= rows + 1000; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    require_all_numbers(run);
}

TEST_CASE(
    "a log that is removed while the ledger is in use costs no row, even if everything is then killed") {
    PipelineRun run;
    const bool idle = GENERATE(false, true);
    auto supervisor = run.start(pipeline_of(idle ? "sequence:5000" : "sequence"));
    REQUIRE(eventually([&] { return run.has_rows(5000); }));
    const auto* const lost = GENERATE("-wal", "-shm");
    std::filesystem::remove(run.ledger().string() + lost);
    require_said(supervisor, "a ledger without its " + std::string(lost),
                 {run.ledger().string() + lost, "was removed while in use", "is in the file now"});
    SECTION("everything is killed") {
        run.kill(supervisor);
        auto next = run.start(pipeline_of("sequence:" + std::to_string(run.acquired()), {"--once"}));
        REQUIRE(next.wait() == 0);
    }
    SECTION("it goes on") {
        if (!idle) require_said(supervisor, "... opened anew", {"the ledger takes results again"});
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
    }
    require_all_numbers(run);
}

TEST_CASE("a ledger that this user cannot write is said at the start, and stays as it is") {
    if (!can_become_other_user()) return;
    struct Unwritable {
        const char* fault;
        mode_t folder, file;
    };
    const auto unwritable =
        GENERATE(Unwritable{"read-only ledger", 0755, 0444}, Unwritable{"unreadable ledger", 0755, 0000},
                 Unwritable{"read-only directory of the ledger", 0555, 0644});
    PipelineRun run;
    const auto folder = run.directory() / "ledgers";
    std::filesystem::create_directory(folder);
    run.set_ledger(folder / "ledger.db");
    auto first = run.start(pipeline_of("sequence:100", {"--once"}));
    REQUIRE(first.wait() == 0);
    give_to_other_user(run.directory());
    const std::string before = read_file(run.ledger());
    REQUIRE(::chmod(run.ledger().c_str(), unwritable.file) == 0);
    REQUIRE(::chmod(folder.c_str(), unwritable.folder) == 0);
    auto supervisor = run.start_in(become_other_user, pipeline_of("sequence:200", {"--once"}));
    CHECK(supervisor.wait() == 73);
    require_said(supervisor, unwritable.fault, {run.ledger(), "must be writable for this user"});
    CHECK(read_file(run.ledger()) == before);
    run.require_nothing_left();
}
