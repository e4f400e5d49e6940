// SPDX-License-Identifier: Apache-2.0
// The audit balances whatever state the pipeline is in, and does not touch it.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline::test;
using pipeline::SegmentsView;

namespace {

struct FileSeen {
    std::string bytes;
    ino_t inode = 0;
    long changed_ns = 0;
    bool operator==(const FileSeen&) const = default;
};

// The segments and the ledger's files, and nothing that the observer's own output lies in.
std::map<std::string, FileSeen> seen_files(const PipelineRun& run) {
    std::map<std::string, FileSeen> files;
    const auto add = [&](const std::filesystem::path& path) {
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        files[path] = {read_file(path), status.st_ino,
                       status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
    };
    for (const auto& segment : run.segments()) add("/dev/shm/" + segment);
    for (const auto& entry : std::filesystem::directory_iterator(run.directory())) {
        if (entry.path().filename().string().rfind("ledger", 0) == 0) add(entry.path());
    }
    return files;
}

}  // namespace

TEST_CASE("a healthy pipeline never shows a difference, not even at full speed") {
    const bool with_ledger = GENERATE(true, false);
    const int audits = with_ledger ? 15 : 60;
    PipelineRun run;
    std::vector<std::string> options{"--consumers", "2", "--source", "sequence", "--process", "none"};
    if (!with_ledger) options.insert(options.end(), {"--ledger", "none"});
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] {
        const auto audited = run.audit();
        return audited.status == 0 && audited.text("state") == "running" && audited.number("acquired") > 0;
    }));
    const auto first = run.require_balance().number("acquired");
    std::int64_t before = first;
    std::int64_t in_flight = 0;
    for (int i = 0; i < audits; ++i) {
        const auto audited = run.require_balance();
        CHECK(audited.text("state") == "running");
        CHECK(audited.number("acquired") >= before);
        before = audited.number("acquired");
        in_flight += audited.number("in_ring") + audited.number("in_hands") + audited.number("in_storage");
    }
    CHECK(before > first);
    CHECK(in_flight > 0);
    fmt::print("audit: {} times at full speed over {} invoices, ledger {}: no difference\n", audits, before,
               with_ledger ? "sqlite" : "none");
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("a pipeline that is stopped at any moment balances, whatever locks are held") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "3", "--source", "sequence", "--process", "simulate:cpu=2us",
                                 "--flush-interval", "1ms"});
    REQUIRE(eventually([&] { return run.has_rows(1000) && supervisor.children().size() == 4; }));
    for (int i = 0; i < 25; ++i) {
        supervisor.send(SIGSTOP);  // it kills stopped owners of locks
        for (const pid_t child : supervisor.children()) ::kill(child, SIGSTOP);
        REQUIRE(eventually([&] { return run.require_balance().text("state") == "stopped"; }));
        const auto audited = run.require_balance();
        CHECK(audited.number("booked") > 0);
        for (const pid_t child : supervisor.children()) ::kill(child, SIGCONT);
        supervisor.send(SIGCONT);
        const auto rows = static_cast<std::uint64_t>(audited.number("booked"));
        REQUIRE(eventually([&] { return run.rows() > rows; }));
    }
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("a dead pipeline balances with what is left in its segments, and the audit changes no byte") {
    PipelineRun run;
    for (std::uint64_t rows = 1000; rows <= 20'000; rows += 1000) {
        auto supervisor =
            run.start({"--consumers", "3", "--source", "sequence", "--process", "simulate:cpu=2us"});
        REQUIRE(eventually([&] { return run.has_rows(rows); }));
        run.kill(supervisor);
        const auto before = seen_files(run);
        const auto audited = run.require_balance({"--deep"});
        CHECK(audited.text("state") == "dead");
        CHECK(audited.number("in_ring") + audited.number("in_hands") + audited.number("in_storage") > 0);
        CHECK(seen_files(run) == before);
    }
    const std::uint64_t numbers = run.acquired() + 10'000;
    auto last = run.start(
        {"--consumers", "2", "--source", fmt::format("sequence:{}", numbers), "--process", "none", "--once"});
    REQUIRE(last.wait() == 0);
    const auto audited = run.require_balance({"--deep"});
    CHECK(audited.text("state") == "finished");
    CHECK(audited.number("acquired") == static_cast<std::int64_t>(numbers));
    CHECK(audited.number("booked") == static_cast<std::int64_t>(numbers));
    run.require_nothing_left();
}

TEST_CASE("an older copy in the place of the ledger is found, and segments that say more are not adopted") {
    PipelineRun run;
    // Without an end: however fast it is, it is not over before it is killed.
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "simulate:cpu=2us"});
    REQUIRE(eventually([&] { return run.has_rows(1000); }));
    const auto copy = run.directory() / "copy.db";
    static_cast<void>(run.column("VACUUM INTO '" + copy.string() + "'"));
    const auto copied = run.rows();
    // Not the rows alone: of a commit whose leader is killed at once the segments do not know yet.
    const auto segments = SegmentsView::open(run.name());
    REQUIRE(segments);
    REQUIRE(eventually([&] { return segments->storage().durable() > copied + 1000; }));
    run.kill(supervisor);
    for (const auto* suffix : {"-wal", "-shm"}) std::filesystem::remove(run.ledger().string() + suffix);
    std::filesystem::rename(copy, run.ledger());
    const auto audited = run.audit();
    CHECK(audited.status == 65);
    CHECK(audited.number("difference") > 0);
    CHECK(audited.json.find("an older copy?") != std::string::npos);

    const auto in_copy = run.rows();
    const auto numbers = in_copy + 10'000;
    const std::vector<std::string> options{
        "--consumers", "2", "--once", "--source", fmt::format("sequence:{}", numbers), "--process", "none"};
    auto refused = run.start(options);
    CHECK(refused.wait() == 78);
    CHECK(refused.err().find("put back the file that they were written to") != std::string::npos);
    CHECK(run.rows() == in_copy);
    for (const auto& segment : run.segments()) std::filesystem::remove("/dev/shm/" + segment);
    auto again = run.start(options);
    REQUIRE(again.wait() == 0);
    run.require_numbers_up_to(numbers);
    run.require_nothing_left();
}

TEST_CASE("a row that is gone is found, also after the pipeline has finished") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence:1000", "--process", "none", "--once"});
    REQUIRE(supervisor.wait() == 0);
    run.require_nothing_left();
    static_cast<void>(run.column("DELETE FROM invoices WHERE id = '500'"));
    auto audited = run.audit();
    CHECK(audited.status == 65);
    CHECK(audited.number("difference") == 1);
    audited = run.audit({"--deep"});
    CHECK(audited.json.find("1 number of sequence before its cursor 1001 is not") != std::string::npos);
}

TEST_CASE("the observer says in one line why it cannot look") {
    PipelineRun run;
    const auto refused = [&](const std::vector<std::string>& options) {
        const auto audited = run.audit(options);
        CHECK(audited.json.empty());
        INFO(audited.errors);
        CHECK(std::count(audited.errors.begin(), audited.errors.end(), '\n') == 1);
        return std::pair(audited.status, audited.errors);
    };
    SECTION("no pipeline and no ledger") {
        const auto [status, said] = refused({});
        CHECK(status == 66);
        CHECK(said.find(run.ledger().string()) != std::string::npos);
    }
    SECTION("no pipeline and none to be had") {
        CHECK(refused({"--ledger", "none"}).first == 66);
    }
    SECTION("a wrong option") {
        CHECK(refused({"--colour"}).first == 64);
    }
    SECTION("segments of another kind") {
        write_file("/dev/shm/" + run.name() + ".ring", std::string(100'000, 'x'));
        const auto [status, said] = refused({});
        CHECK(status == 78);
        CHECK(said.find(run.name() + ".ring") != std::string::npos);
    }
    SECTION("another ledger than the pipeline's") {
        auto supervisor = run.start({"--consumers", "1", "--source", "sequence:1", "--process", "none"});
        REQUIRE(eventually([&] { return run.has_rows(1); }));
        const auto [status, said] = refused({"--ledger", "sqlite:/other.db"});
        CHECK(status == 78);
        CHECK(said.find("sqlite:/other.db") != std::string::npos);
        supervisor.send(SIGTERM);
        CHECK(supervisor.wait() == 0);
        run.require_nothing_left();
    }
}
