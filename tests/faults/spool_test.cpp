// SPDX-License-Identifier: Apache-2.0
// The spool changes under the pipeline: it is renamed or removed, the folders of what is done cannot be
// written. No invoice is called failed for it, and what has been recorded is recorded once when the spool is
// back.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/faults/other_user.hpp"
#include "tests/faults/said.hpp"
#include "tests/faults/small_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_lock.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kFiles = 500;

// Each is read to its end, is no invoice, and is rejected for that; one that cannot be read is failed.
void hand_over(const std::filesystem::path& spool, std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) {
        const auto hidden = spool / fmt::format(".{}", i);
        write_file(hidden, "<none/>");
        std::filesystem::rename(hidden, spool / std::to_string(i));
    }
}

// Not the default one, which every start makes if it is not there.
std::filesystem::path spool_of(const PipelineRun& run) {
    return run.directory() / "inbox";
}

std::vector<std::string> pipeline_of(const PipelineRun& run, const std::vector<std::string>& more = {}) {
    std::vector<std::string> options{
        "--consumers",        "2",  "--source",        "spool:" + spool_of(run).string(),
        "--storage-capacity", "64", "--ring-capacity", "64"};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

// Many invoices are in the ring and in hands, and their files are not yet read.
void fill_up(PipelineRun& run, const Process& supervisor) {
    REQUIRE(eventually([&] { return run.waiting() == 64 && run.acquired() >= 130; }));
    CHECK(supervisor.children("consumer").size() == 2);
}

void require_all_rejected(PipelineRun& run, std::uint64_t count) {
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"rejected", count}});
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
}

}  // namespace

TEST_CASE("a spool that is renamed ends the run with what was taken, and goes on when it is back") {
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    auto first = run.start(pipeline_of(run));
    hand_over(spool_of(run), 0, 10);
    REQUIRE(eventually([&] { return run.has_rows(10) && files_in(spool_of(run) / "rejected") == 10; }));
    const auto elsewhere = run.directory() / "elsewhere";
    {
        const LedgerLock lock(run.ledger());
        hand_over(spool_of(run), 10, kFiles - 10);
        fill_up(run, first);
        std::filesystem::rename(spool_of(run), elsewhere);
    }
    CHECK(first.wait() == 66);
    require_said(first, "spool renamed", {spool_of(run), "was renamed or removed; put it back"});
    const auto taken = run.rows();
    CHECK(taken >= 130);
    require_all_rejected(run, taken);
    run.require_nothing_left();

    auto too_early = run.start(pipeline_of(run));
    CHECK(too_early.wait() == 66);
    require_said(too_early, "... a start without it",
                 {spool_of(run), "--source spool:DIR needs a directory"});

    std::filesystem::rename(elsewhere, spool_of(run));
    auto second = run.start(pipeline_of(run, {"--once"}));
    REQUIRE(second.wait() == 0);
    require_all_rejected(run, kFiles);
    CHECK(files_in(spool_of(run)) == 0);
    CHECK(files_in(spool_of(run) / "rejected") == kFiles);
    run.require_nothing_left();
}

TEST_CASE("a spool that is removed ends the run, and what was taken of it is recorded") {
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    auto supervisor = run.start(pipeline_of(run, {"--report", "json"}));
    hand_over(spool_of(run), 0, 10);
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    {
        const LedgerLock lock(run.ledger());
        hand_over(spool_of(run), 10, kFiles - 10);
        fill_up(run, supervisor);
        std::filesystem::remove_all(spool_of(run));
    }
    CHECK(supervisor.wait() == 66);
    require_said(supervisor, "spool removed", {spool_of(run), "removed", "start again"});
    CHECK(supervisor.out().find(fmt::format(R"({{"acquired":{},)", run.rows())) == 0);
    CHECK(supervisor.out().find(R"("in_flight":0)") != std::string::npos);
    CHECK(run.count(
              "SELECT count(*) FROM invoices WHERE status = 'failed' AND reason LIKE 'the file is gone%'") ==
          run.count("SELECT count(*) FROM invoices WHERE status = 'failed'"));
    run.require_nothing_left();
}

TEST_CASE("files that cannot be moved stay and are recorded, and are moved when they can be") {
    if (!can_become_other_user()) return;
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    const auto rejected = spool_of(run) / "rejected";
    std::filesystem::create_directory(rejected);
    give_to_other_user(run.directory());
    auto supervisor = run.start_in(become_other_user, pipeline_of(run));
    hand_over(spool_of(run), kFiles, 1);
    REQUIRE(eventually([&] { return files_in(rejected) == 1; }));
    REQUIRE(::chmod(rejected.c_str(), 0555) == 0);
    hand_over(spool_of(run), 0, kFiles);
    require_said(supervisor, "read-only folder in the spool",
                 {"spool:" + spool_of(run).string(), "to rejected", "Permission denied", "is tried again"});
    REQUIRE(eventually([&] { return run.rows() == kFiles + 1; }));
    CHECK(files_in(spool_of(run)) == kFiles);
    SECTION("while it runs") {
        REQUIRE(::chmod(rejected.c_str(), 0755) == 0);
        REQUIRE(eventually([&] { return files_in(rejected) == kFiles + 1; }));
        require_said(supervisor, "... mended", {spool_of(run), "have been moved"});
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
    }
    SECTION("at the next start") {
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
        require_said(supervisor, "... at the end",
                     {spool_of(run), "500 files", "stay; the next start tries again"});
        auto refused = run.start_in(become_other_user, pipeline_of(run, {"--once"}));
        CHECK(refused.wait() == 73);
        require_said(refused, "... the next start", {rejected, "must be writable"});
        REQUIRE(::chmod(rejected.c_str(), 0755) == 0);
        auto next = run.start_in(become_other_user, pipeline_of(run, {"--once"}));
        REQUIRE(next.wait() == 0);
    }
    CHECK(lines_with(supervisor, "cannot move") == 1);
    require_all_rejected(run, kFiles + 1);
    CHECK(files_in(spool_of(run)) == 0);
    CHECK(files_in(rejected) == kFiles + 1);
    run.require_nothing_left();
}

TEST_CASE("a spool on a full disk is said at the start") {
    if (!SmallDisk::is_possible()) return;
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    {
        // Room for one of the four folders.
        const SmallDisk disk(spool_of(run), 1U << 20U, "nr_inodes=2");
        auto supervisor = run.start(pipeline_of(run, {"--once"}));
        CHECK(supervisor.wait() == 73);
        require_said(supervisor, "spool on a full disk",
                     {spool_of(run) / "rejected", "No space left", "free some space"});
    }
    run.require_nothing_left();
}

TEST_CASE("a second pipeline on a spool is refused before anything is started, until the first has ended") {
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    auto first = run.start(pipeline_of(run));
    hand_over(spool_of(run), 0, 10);
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    PipelineRun other;
    const auto link = other.directory() / "the same";
    std::filesystem::create_directory_symlink(spool_of(run), link);
    const std::vector<std::string> second_options{"--consumers", "1", "--source", "spool:" + link.string()};
    auto refused = other.start(second_options);
    CHECK(refused.wait() == 73);
    require_said(refused, "spool in use", {link, "is used by another pipeline (pid ", "stop that one"});
    CHECK(other.segments().empty());
    first.send(SIGTERM);
    REQUIRE(first.wait() == 0);
    run.require_nothing_left();
    auto second = other.start(second_options);
    hand_over(spool_of(run), 10, 10);
    REQUIRE(eventually([&] { return other.has_rows(10); }));
    second.send(SIGTERM);
    REQUIRE(second.wait() == 0);
    other.require_nothing_left();
}

TEST_CASE("an invoice whose file could not be moved is not processed again by the next start") {
    if (!can_become_other_user()) return;
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    const auto runs = run.directory() / "runs";
    write_file(runs, "");
    const auto script = run.directory() / "program";
    write_file(script, fmt::format("#!/bin/sh\necho \"$1\" >> {}\n", runs.string()));
    REQUIRE(::chmod(script.c_str(), 0755) == 0);
    give_to_other_user(run.directory());
    const auto options = pipeline_of(run, {"--process", fmt::format("each:{} {{}}", script.string())});
    auto supervisor = run.start_in(become_other_user, options);
    const auto booked = spool_of(run) / "booked";
    hand_over(spool_of(run), 20, 1);
    REQUIRE(eventually([&] { return files_in(booked) == 1; }));
    REQUIRE(::chmod(booked.c_str(), 0555) == 0);
    hand_over(spool_of(run), 0, 20);
    REQUIRE(eventually([&] { return run.has_rows(21); }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    REQUIRE(::chmod(booked.c_str(), 0755) == 0);
    auto next =
        run.start_in(become_other_user,
                     pipeline_of(run, {"--once", "--process", fmt::format("each:{} {{}}", script.string())}));
    REQUIRE(next.wait() == 0);
    require_said(next, "files of an earlier run",
                 {spool_of(run), "20 files were in the ledger already: moved"});
    CHECK(files_in(booked) == 21);
    const auto lines = read_file(runs);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 21);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_nothing_left();
}

TEST_CASE("a consumer without descriptors waits for one and calls no invoice failed") {
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    auto supervisor = run.start({"--consumers", "1", "--source", "spool:" + spool_of(run).string()});
    hand_over(spool_of(run), 0, 10);
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    const pid_t consumer = supervisor.child("consumer");
    rlimit before{};
    REQUIRE(::prlimit(consumer, RLIMIT_NOFILE, nullptr, &before) == 0);
    const rlimit none{3, before.rlim_max};
    REQUIRE(::prlimit(consumer, RLIMIT_NOFILE, &none, nullptr) == 0);
    hand_over(spool_of(run), 10, kFiles - 10);
    REQUIRE(eventually([&] { return run.acquired() == kFiles; }));
    CHECK(run.rows() == 10);
    REQUIRE(::prlimit(consumer, RLIMIT_NOFILE, &before, nullptr) == 0);
    REQUIRE(eventually([&] { return run.rows() == kFiles; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    require_all_rejected(run, kFiles);
    run.require_nothing_left();
}

TEST_CASE("a file that is replaced before it is read is failed, and the new one counts") {
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    auto supervisor = run.start(pipeline_of(run));
    write_file(run.directory() / "secret", "<secret/>");
    hand_over(spool_of(run), 0, 10);
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    std::string file;
    std::string link;
    {
        const LedgerLock lock(run.ledger());
        hand_over(spool_of(run), 10, kFiles - 10);
        fill_up(run, supervisor);
        // In the ring, which nobody takes from.
        file = std::to_string(run.acquired() - 1);
        link = std::to_string(run.acquired() - 2);
        write_file(spool_of(run) / ".new", "<new/>");
        std::filesystem::rename(spool_of(run) / ".new", spool_of(run) / file);
        std::filesystem::create_symlink(run.directory() / "secret", spool_of(run) / ".link");
        std::filesystem::rename(spool_of(run) / ".link", spool_of(run) / link);
    }
    REQUIRE(eventually([&] { return run.rows() == kFiles && files_in(spool_of(run)) == 1; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    const auto failed = run.count(
        "SELECT count(*) FROM invoices WHERE status = 'failed' AND reason = "
        "'replaced before it was read' AND id IN ('" +
        file + "', '" + link + "')");
    CHECK(failed == 1);
    CHECK(run.rows_by_status() ==
          std::map<std::string, std::uint64_t>{{"failed", 1}, {"rejected", kFiles - 1}});
    CHECK(run.count("SELECT count(*) FROM history WHERE status = 'failed' AND id = '" + file + "'") == 1);
    CHECK(read_file(spool_of(run) / "rejected" / file) == "<new/>");
    CHECK(std::filesystem::is_symlink(spool_of(run) / link));
    run.require_nothing_left();
}

TEST_CASE("a spool whose path leads elsewhere ends the run, and the next one goes on with the other folder") {
    PipelineRun run;
    const auto first_folder = run.directory() / "first";
    const auto second_folder = run.directory() / "second";
    std::filesystem::create_directory(first_folder);
    std::filesystem::create_directory(second_folder);
    std::filesystem::create_directory_symlink(first_folder, spool_of(run));
    auto first = run.start(pipeline_of(run));
    hand_over(first_folder, 0, 10);
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    {
        const LedgerLock lock(run.ledger());
        hand_over(first_folder, 10, 190);
        fill_up(run, first);
        std::filesystem::create_directory_symlink(second_folder, run.directory() / "next");
        std::filesystem::rename(run.directory() / "next", spool_of(run));
        hand_over(second_folder, 200, 10);
    }
    CHECK(first.wait() == 66);
    require_said(first, "the spool's link changed",
                 {spool_of(run), "leads to another folder now", "start again"});
    const auto taken = run.rows();
    CHECK(taken >= 130);
    require_all_rejected(run, taken);
    run.require_nothing_left();

    auto second = run.start(pipeline_of(run, {"--once"}));
    REQUIRE(second.wait() == 0);
    require_all_rejected(run, taken + 10);
    CHECK(files_in(second_folder / "rejected") == 10);
    CHECK(files_in(first_folder / "rejected") <= taken);
    run.require_nothing_left();
}

TEST_CASE("a run with --once waits for files that have just been written, and leaves others alone") {
    PipelineRun run;
    std::filesystem::create_directory(spool_of(run));
    write_file(spool_of(run) / "young.xml", "<none/>");
    write_file(spool_of(run) / "upload.part", "<none");
    auto supervisor =
        run.start(pipeline_of(run, {"--once", "--settle-time", "1500ms", "--spool-exclude", "*.part"}));
    REQUIRE(supervisor.wait() == 0);
    require_all_rejected(run, 1);
    CHECK(std::filesystem::exists(spool_of(run) / "upload.part"));
    run.require_nothing_left();
}
