// SPDX-License-Identifier: Apache-2.0
// --source exec: a program gives the invoices. Whatever it says, and whenever it ends, each invoice is
// recorded once, and the program learns what has become of it.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/text.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

// A program of the test, a shell script in the run's directory; it begins there.
std::string script(const PipelineRun& run, const std::string& name, const std::string& body) {
    const std::string path = run.directory() / name;
    write_file(path, "#!/bin/sh\ncd " + run.directory().string() + "\n" + body);
    ::chmod(path.c_str(), 0755);
    return path;
}

std::vector<std::string> lines_in(const PipelineRun& run, const std::string& name) {
    const auto path = run.directory() / name;
    return fs::exists(path) ? lines_of(read_file(path)) : std::vector<std::string>();
}

const std::string kFeed = std::string("exec:") + PYTHON_PROGRAM + " " FEED_PROGRAM " ";

}  // namespace

TEST_CASE("20,000 ids of a program are booked once each, and it has a receipt for each", "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(run, "feed.sh",
                                    "seq 1 20000 | sed 's/.*/&\\t&/'\necho\n"
                                    "cat > receipts\n");
    auto supervisor =
        run.start({"--consumers", "3", "--source", "exec:" + feed, "--process", "none", "--once"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    run.require_numbers_up_to(20'000);
    auto receipts = lines_in(run, "receipts");
    CHECK(receipts.size() == 20'000);
    std::sort(receipts.begin(), receipts.end());
    CHECK(std::unique(receipts.begin(), receipts.end()) == receipts.end());
    CHECK(std::all_of(receipts.begin(), receipts.end(),
                      [](const std::string& line) { return line.find("\tbooked\t") != std::string::npos; }));
    run.require_balance({"--deep"});
    run.require_nothing_left();
}

TEST_CASE("a listing is repeated, its files are recognised, and a new one is processed", "[exec_source]") {
    PipelineRun run;
    const auto inbox = run.directory() / "inbox";
    fs::create_directory(inbox);
    for (const auto* name : {"a", "b c", "d"}) write_file(inbox / name, name);
    write_file(inbox / ".hidden", "");
    // One write for each invoice.
    const std::string work = script(run, "work.sh", "printf '%s\\n' \"$(cat \"$1\")\" >> done\n");
    auto supervisor = run.start({"--consumers", "2", "--source",
                                 std::string("exec:" LISTING_EXAMPLE " '") + inbox.string() + "'", "--every",
                                 "20ms", "--", work, "{}"});
    REQUIRE(eventually([&] { return run.has_rows(3); }));
    const auto acquired = run.acquired();
    REQUIRE(eventually([&] { return run.acquired() >= acquired + 6; }));  // listed again and again
    write_file(run.directory() / "e", "e");
    fs::rename(run.directory() / "e", inbox / "e");
    REQUIRE(eventually([&] { return run.has_rows(4); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    auto done = lines_in(run, "done");
    std::sort(done.begin(), done.end());
    CHECK(done == std::vector<std::string>{"a", "b c", "d", "e"});
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 4}});
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    run.require_balance({"--deep"});
    run.require_nothing_left();
}

TEST_CASE("what has failed is not run again when the program gives it again", "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(run, "feed.sh", "printf '1\\tgood\\n2\\tbad\\n\\n'\ncat >> receipts\n");
    const std::string work = script(run, "work.sh", "echo \"$1\" >> effects; test \"$1\" = good\n");
    const std::vector<std::string> options{
        "--consumers", "1", "--source", "exec:" + feed, "--max-attempts", "1", "--once", "--", work, "{}"};
    CHECK(run.start(options).wait() == 1);
    static_cast<void>(run.start(options).wait());
    auto effects = lines_in(run, "effects");
    std::sort(effects.begin(), effects.end());
    CHECK(effects == std::vector<std::string>{"bad", "good"});
    auto receipts = lines_in(run, "receipts");
    std::sort(receipts.begin(), receipts.end());
    CHECK(receipts ==
          std::vector<std::string>{"1\tbooked\tgood", "1\tbooked\tgood", "2\tfailed\tbad", "2\tfailed\tbad"});
    run.require_balance({"--deep"});
    run.require_nothing_left();
}

TEST_CASE("a body goes to the program of an invoice, at each attempt", "[exec_source]") {
    PipelineRun run;
    const std::string feed =
        script(run, "feed.sh",
               "echo '{\"position\":1,\"id\":\"a\",\"body\":\"text of a\"}'\n"
               "echo '{\"position\":2,\"id\":\"b\",\"body\":\"text of b\"}'\necho\ncat > receipts\n");
    const std::string work =
        script(run, "work.sh", "cat >> bodies; echo >> bodies; test \"$1\" = a && exit 0; exit 1\n");
    auto supervisor = run.start({"--consumers", "1", "--source", "exec:" + feed, "--max-attempts", "3",
                                 "--stdin", "body", "--once", "--", work, "{}"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 1);
    CHECK(std::ranges::count(lines_in(run, "bodies"), "text of a") == 1);
    CHECK(std::ranges::count(lines_in(run, "bodies"), "text of b") == 3);
    auto receipts = lines_in(run, "receipts");
    std::sort(receipts.begin(), receipts.end());
    CHECK(receipts == std::vector<std::string>{"1\tbooked\ta", "2\twaiting\tb"});
    CHECK(run.column("SELECT CAST(body AS TEXT) FROM bodies") == std::vector<std::string>{"text of b"});
    run.require_balance({"--deep"});
    run.require_nothing_left();
}

TEST_CASE("bodies that wait outlive everything but the ledger, and nothing is run without its own",
          "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(run, "feed.sh",
                                    "test -e receipts || for i in $(seq 1 50); do\n"
                                    "echo '{\"position\":'$i',\"id\":\"id '$i'\",\"body\":\"text of "
                                    "'$i'\"}'\ndone\necho\ncat >> receipts\n");
    const std::string work = script(run, "work.sh",
                                    "body=$(cat)\ntest -e is_back || exit 75\n"
                                    "test \"$body\" = \"text of ${1#id }\" || exit 1\n");
    const std::vector<std::string> options{"--consumers",    "2", "--source", "exec:" + feed,
                                           "--max-attempts", "1", "--stdin",  "body"};
    const std::vector<std::string> command{"--", work, "{}"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), options.begin(), options.end());
        more.insert(more.end(), command.begin(), command.end());
        return more;
    };
    {
        auto supervisor = run.start(with({"--retry-delay", "1h..1h"}));
        REQUIRE(eventually([&] { return run.has_rows(50) && run.rows_by_status()["waiting"] == 50; }));
        supervisor.send(SIGKILL);
        run.kill_everything();
        static_cast<void>(supervisor.wait());
    }
    for (const auto& segment : run.segments()) fs::remove("/dev/shm/" + segment);
    CHECK(run.count("SELECT count(*) FROM bodies") == 50);
    write_file(run.directory() / "is_back", "");
    static_cast<void>(run.column("UPDATE invoices SET due_at = 1"));
    auto supervisor = run.start(with({"--once"}));
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 50}});
    CHECK(run.count("SELECT count(*) FROM bodies") == 0);
    run.require_balance({"--deep"});
    run.require_nothing_left();
}

TEST_CASE("an invoice that waits is told so once, and given again by the ledger", "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(run, "feed.sh", "printf '1\\ta\\n\\n'\ncat > receipts\n");
    const std::string work = script(run, "work.sh", "test -e tried && exit 0; touch tried; exit 1\n");
    CHECK(run.start({"--consumers", "1", "--source", "exec:" + feed, "--once", "--", work}).wait() == 0);
    CHECK(lines_in(run, "receipts") == std::vector<std::string>{"1\twaiting\ta"});
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 1}});
    run.require_balance({"--deep"});
    run.require_nothing_left();
}

TEST_CASE("a program that is faster than the consumers waits, and one that never reads is drained",
          "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(run, "feed.sh", "trap '' TERM\nseq 1 100000000 | sed 's/.*/&\\t&/'\n");
    auto supervisor =
        run.start({"--consumers", "2", "--source", "exec:" + feed, "--process", "simulate:1ms",
                   "--ring-capacity", "16", "--storage-capacity", "16", "--drain-timeout", "20s"});
    REQUIRE(eventually([&] { return run.has_rows(200); }));
    CHECK(run.in_flight() <= 16 + 16 + 2 * 256);
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    CHECK(run.count("SELECT count(DISTINCT position) FROM invoices") == run.rows());
    run.require_nothing_left();
}

TEST_CASE("a service outlives its source's program, and says once why it has ended", "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(
        run, "feed.sh",
        "echo x >> runs; n=$(wc -l < runs)\n"
        "if [ $n -lt 5 ]; then echo 'no server' >&2; exit 3; fi\nprintf '1\\ta\\n\\n'; cat > receipts\n");
    auto supervisor = run.start({"--consumers", "1", "--source", "exec:" + feed, "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    REQUIRE(eventually([&] { return lines_in(run, "receipts").size() == 1; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    CHECK(supervisor.err().find("has ended: exit status 3: no server; it is started again") !=
          std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("a source's program that cannot be run stops the pipeline with a line that says so",
          "[exec_source]") {
    PipelineRun run;
    auto missing = run.start({"--consumers", "1", "--source", "exec:/no/such/program", "--process", "none"});
    CHECK(missing.wait() == 66);
    CHECK(missing.err().find("the program '/no/such/program': No such file or directory; --source needs") !=
          std::string::npos);
    auto later = run.start({"--consumers", "1", "--source", "exec:sh -c nosuchcommand", "--process", "none"});
    CHECK(later.wait() == 66);
    CHECK(later.err().find("exit status 127") != std::string::npos);
    CHECK(later.err().find("--source needs a command that can be run") != std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("what a command holds is in no log, no ledger and no segment", "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(run, "feed.sh", "printf '1\\ta\\n\\n'\ncat > receipts\n");
    auto supervisor = run.start({"--consumers", "1", "--source", "exec:" + feed + " pass=geheim42",
                                 "--process", "none", "--log-level", "debug"});
    REQUIRE(eventually([&] { return lines_in(run, "receipts").size() == 1; }));
    const auto has_secret = [](const fs::path& path) {
        return read_file(path).find("geheim42") != std::string::npos;
    };
    REQUIRE(run.segments().size() == 2);
    for (const auto& segment : run.segments()) CHECK_FALSE(has_secret("/dev/shm/" + segment));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    for (const auto& file : fs::recursive_directory_iterator(run.directory())) {
        CAPTURE(file.path());
        if (file.is_regular_file()) CHECK_FALSE(has_secret(file.path()));
    }
    CHECK(run.column("SELECT source FROM invoices").front().starts_with("exec:feed.sh~"));
    run.require_nothing_left();
}

TEST_CASE("a source keeps its name in the ledger when its command changes, if it has an origin",
          "[exec_source]") {
    PipelineRun run;
    const std::string feed = script(run, "feed.sh", "printf '1\\ta\\n\\n'\ncat >> receipts\n");
    for (const auto* argument : {"", " -v"}) {
        CHECK(run.start({"--consumers", "1", "--source", "exec:" + feed + argument, "--origin", "orders",
                         "--process", "none", "--once"})
                  .wait() == 0);
    }
    CHECK(run.column("SELECT source FROM invoices") == std::vector<std::string>{"exec:orders"});
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    CHECK(lines_in(run, "receipts") == std::vector<std::string>{"1\tbooked\ta", "1\tbooked\ta"});
    run.require_nothing_left();
}
