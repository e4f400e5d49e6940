// SPDX-License-Identifier: Apache-2.0
// A file of lines changes under the pipeline, or standard input ends early.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "common/core/list_digest.hpp"
#include "common/core/segments/segments.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "tests/faults/said.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string lines(int count, const std::string& name = "invoice") {
    std::string text;
    for (int i = 0; i < count; ++i) text += name + "-" + std::to_string(i) + "\n";
    return text;
}

// So that none of them can do anything about the others' deaths.
void kill_all(Process& supervisor) {
    supervisor.send(SIGSTOP);
    for (const pid_t child : supervisor.children()) ::kill(child, SIGKILL);
    supervisor.send(SIGKILL);
    supervisor.wait();
}

std::string digest_of(const std::filesystem::path& file) {
    ListDigest digest;
    digest.add(read_file(file));
    return to_text(digest.digest());
}

// The source's state as the segments have it; Fine also if there are none.
SourceState state_of(const PipelineRun& run) {
    const auto segments = SegmentsView::open(run.name());
    return segments ? static_cast<SourceState>(segments->metrics().source.state.load()) : SourceState::Fine;
}

std::vector<std::string> pipeline_of(const std::filesystem::path& file,
                                     const std::vector<std::string>& more = {}) {
    std::vector<std::string> options{"--consumers", "2",        "--process",
                                     "none",        "--source", "lines:" + file.string()};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

}  // namespace

TEST_CASE("a list that is cut while it is read is read no further, and is refused until it is whole") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(1000));
    SECTION("by a pipeline that goes on living") {
        auto supervisor = run.start(pipeline_of(file));
        REQUIRE(eventually([&] { return run.has_rows(1000); }));
        std::filesystem::resize_file(file, 100);
        require_said(supervisor, "lines:FILE cut",
                     {file, "has shrunk to 100 bytes when", "had been read", "--from-start"});
        REQUIRE(eventually([&] { return state_of(run) == SourceState::Replaced; }));
        write_file(file, lines(1000) + "one more\n");
        REQUIRE(eventually([&] { return run.has_rows(1001); }));
        CHECK(state_of(run) == SourceState::Fine);
        std::filesystem::resize_file(file, 100);
        REQUIRE(eventually([&] { return state_of(run) == SourceState::Replaced; }));
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
        CHECK(run.rows() == 1001);
    }
    SECTION("by one that would end with it") {
        // Slowly, so that it is cut before its end has come.
        auto supervisor = run.start(pipeline_of(file, {"--once", "--rate", "300/s"}));
        REQUIRE(eventually([&] { return run.has_rows(10); }));
        std::filesystem::resize_file(file, 100);
        CHECK(supervisor.wait() == 78);
        require_said(supervisor, "lines:FILE cut, --once", {file, "--from-start"});
        CHECK(run.in_flight() == 0);
    }
    run.require_nothing_left();

    auto too_early = run.start(pipeline_of(file, {"--once"}));
    CHECK(too_early.wait() == 78);
    require_said(too_early, "... the next start",
                 {file, "were read before; put the whole file back", "--from-start"});
    run.require_nothing_left();

    write_file(file, lines(1000) + "one more\nand one\n");
    auto second = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(second.wait() == 0);
    CHECK(run.rows() == 1002);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_nothing_left();
}

TEST_CASE("a list that is cut and filled anew while its producer does not look is read no further") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(50));
    auto supervisor = run.start(pipeline_of(file));
    REQUIRE(eventually([&] { return run.has_rows(50); }));
    const pid_t producer = supervisor.child("producer");
    ::kill(producer, SIGSTOP);
    write_file(file, lines(80, "another"));
    ::kill(producer, SIGCONT);
    require_said(supervisor, "lines:FILE filled anew", {file, "was filled anew", "--from-start"});
    REQUIRE(eventually([&] { return state_of(run) == SourceState::Replaced; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows() == 50);
    run.require_nothing_left();
}

TEST_CASE("a list whose name another file takes is read to its end, the other one not") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(3000));
    const auto replace = [&] {
        std::filesystem::rename(file, run.directory() / "ids.1");
        write_file(file, lines(200, "another"));
    };
    SECTION("at once") {
        auto supervisor = run.start(pipeline_of(file));
        REQUIRE(eventually([&] { return run.has_rows(3000); }));
        replace();
        require_said(supervisor, "lines:FILE replaced", {file, "another file has its name now"});
        REQUIRE(eventually([&] { return state_of(run) == SourceState::Replaced; }));
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
    }
    SECTION("while the ring is full") {
        auto supervisor =
            run.start({"--consumers", "1", "--process", "simulate:2ms", "--source", "lines:" + file.string(),
                       "--ring-capacity", "16", "--storage-capacity", "16", "--once"});
        REQUIRE(eventually([&] { return run.acquired() > 0; }));
        replace();
        require_said(supervisor, "lines:FILE replaced, full",
                     {file, "the one that was opened is read to its end"});
        CHECK(run.acquired() < 3000);
        CHECK(supervisor.wait() == 78);
        require_said(supervisor, "... --once", {file, "another list has its name now", "--from-start"});
    }
    CHECK(run.rows() == 3000);
    run.require_nothing_left();

    auto refused = run.start(pipeline_of(file, {"--once"}));
    CHECK(refused.wait() == 78);
    require_said(refused, "another list at the start", {file, "before", "--from-start"});
    CHECK(run.rows() == 3000);

    auto anew = run.start(pipeline_of(file, {"--once", "--from-start"}));
    REQUIRE(anew.wait() == 0);
    CHECK(run.rows() == 3200);
    auto again = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(again.wait() == 0);
    require_said(again, "... the same again", {"nothing new in"});
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_nothing_left();
}

TEST_CASE("a list that is edited between two runs is refused, and is begun anew with --from-start") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(2000));
    auto first = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(first.wait() == 0);
    // One line more at the beginning: what comes after it has other positions than before.
    write_file(file, "inserted\n" + lines(2000));
    for (int i = 0; i < 2; ++i) {
        auto refused = run.start(pipeline_of(file, {"--once"}));
        CHECK(refused.wait() == 78);
        require_said(refused, "a list that was edited", {file, "is another list", "--from-start"});
        CHECK(run.rows() == 2000);
        run.require_nothing_left();
    }
    auto anew = run.start(pipeline_of(file, {"--once", "--from-start"}));
    REQUIRE(anew.wait() == 0);
    CHECK(run.rows() == 2001);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 2000);
    // Once more: now all of it is at the positions that it has.
    auto once_more = run.start(pipeline_of(file, {"--once", "--from-start"}));
    REQUIRE(once_more.wait() == 0);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 2000);
    CHECK(run.column("SELECT digest FROM sources") == std::vector{digest_of(file)});
    run.require_nothing_left();
}

TEST_CASE("a list that is edited after everything was killed is refused with what was left") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(2000));
    auto first = run.start(pipeline_of(file, {"--rate", "400/s"}));
    REQUIRE(eventually([&] { return run.has_rows(100); }));
    kill_all(first);
    std::string text = lines(2000);
    text[3] = 'X';
    write_file(file, text);
    auto refused = run.start(pipeline_of(file, {"--once"}));
    CHECK(refused.wait() == 78);
    require_said(refused, "a list that was edited, with leftovers",
                 {file, "is another list", "--from-start"});
    CHECK(run.rows() < 1000);
    run.require_nothing_left();
    write_file(file, lines(2000));
    auto second = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(second.wait() == 0);
    CHECK(run.rows() == 2000);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_nothing_left();
}

TEST_CASE("what was left unfinished is finished before its list is begun anew") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(2000));
    auto first =
        run.start({"--consumers", "1", "--process", "simulate:20ms", "--source", "lines:" + file.string()});
    REQUIRE(eventually([&] { return run.acquired() > 100; }));
    kill_all(first);
    auto refused = run.start(pipeline_of(file, {"--once", "--from-start"}));
    CHECK(refused.wait() == 78);
    require_said(refused, "--from-start with leftovers", {"unfinished invoices", "finish them first"});
    auto second = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(second.wait() == 0);
    CHECK(run.rows() == 2000);
    run.require_nothing_left();
}

TEST_CASE("a list is the same by whatever path, with and without leftovers") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(2000));
    const auto link = run.directory() / "link";
    std::filesystem::create_symlink(file, link);
    SECTION("after a run") {
        auto first = run.start(pipeline_of(file, {"--once"}));
        REQUIRE(first.wait() == 0);
    }
    SECTION("after a kill") {
        auto first = run.start(pipeline_of(file, {"--rate", "400/s"}));
        REQUIRE(eventually([&] { return run.acquired() > 50; }));
        kill_all(first);
    }
    auto by_link = run.start(pipeline_of(link, {"--once"}));
    REQUIRE(by_link.wait() == 0);
    require_said(by_link, "the same list by another path", {link, file, "goes on under that name"});
    CHECK(run.rows() == 2000);
    const auto elsewhere = run.directory() / "elsewhere";
    std::filesystem::rename(file, elsewhere);
    auto moved = run.start(pipeline_of(elsewhere, {"--once"}));
    REQUIRE(moved.wait() == 0);
    require_said(moved, "... moved", {"nothing new in lines:" + file.string()});
    // And the same lines in another file under the first name, as from a backup, with more behind them.
    write_file(file, lines(2000) + "one more\n");
    auto restored = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(restored.wait() == 0);
    CHECK(run.rows() == 2001);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    CHECK(run.column("SELECT source FROM sources") == std::vector{"lines:" + file.string()});
    CHECK(run.column("SELECT file FROM sources") == std::vector{look_through(file.c_str())->identity.text()});
    run.require_nothing_left();
}

TEST_CASE("a list that one pipeline reads no other one reads") {
    PipelineRun run;
    PipelineRun other;
    const auto file = run.directory() / "ids";
    write_file(file, lines(100));
    const auto link = run.directory() / "link";
    std::filesystem::create_hard_link(file, link);
    auto supervisor = run.start(pipeline_of(file));
    REQUIRE(eventually([&] { return run.has_rows(100); }));
    auto second = other.start(pipeline_of(link, {"--once"}));
    CHECK(second.wait() == 73);
    require_said(second, "a list in use", {"is used by another pipeline (pid ", "stop that one"});
    CHECK(other.segments().empty());
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
}

TEST_CASE("a cursor without a digest is believed once, and gets one with the next commit") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(1000));
    auto first = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(first.wait() == 0);
    {
        // As version 0.1.0 has left it.
        SqliteConnection ledger(run.ledger(), true, std::chrono::seconds(30));
        ledger.execute("UPDATE sources SET digest = NULL, file = NULL");
    }
    write_file(file, lines(1001));
    auto second = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(second.wait() == 0);
    require_said(second, "a cursor of 0.1.0", {file, "version 0.1.0", "kept no digest"});
    CHECK(run.rows() == 1001);
    CHECK(run.column("SELECT digest FROM sources") == std::vector{digest_of(file)});
    auto third = run.start(pipeline_of(file, {"--once"}));
    REQUIRE(third.wait() == 0);
    CHECK(lines_with(third, "0.1.0") == 0);
    run.require_nothing_left();
}

TEST_CASE("producers that are killed again and again come to the digest of the list that they have read") {
    PipelineRun run;
    const auto file = run.directory() / "ids";
    write_file(file, lines(150'000));  // some blocks of the digest
    auto supervisor = run.start(pipeline_of(file, {"--once", "--ring-capacity", "512", "--rate", "30000/s"}));
    std::uint64_t before = 0;
    int kills = 0;
    while (kills < 12 && eventually([&] { return run.acquired() > before || !supervisor.is_running(); })) {
        before = run.acquired();
        const auto producers = supervisor.children("producer");
        if (!supervisor.is_running()) break;
        if (producers.empty()) continue;
        ::kill(producers.front(), SIGKILL);
        ++kills;
    }
    CHECK(kills > 0);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows() == 150'000);
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    CHECK(run.count("SELECT cursor FROM sources") == std::filesystem::file_size(file));
    CHECK(run.column("SELECT digest FROM sources") == std::vector{digest_of(file)});
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
    const auto segments = SegmentsView::open(run.name());
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
