// SPDX-License-Identifier: Apache-2.0
// Second chances on the whole way: invoices that fail for now are given again, held while everything fails,
// and processed anew when somebody asks for it; each id is booked once, and its program has run once for it.
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

// A folder with a program of the test: a shell script, which gets the id and the attempt.
class Job {
  public:
    Job(const PipelineRun& run, const std::string& body) : folder_(run.directory()) {
        const std::string script = path("job.sh");
        write_file(script, "#!/bin/sh\ncd " + folder_.string() + "\n" + body);
        ::chmod(script.c_str(), 0755);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    [[nodiscard]] std::string process() const { return "each:" + path("job.sh") + " {} {attempt}"; }
    void touch(const std::string& name) const { std::ofstream(path(name)) << ""; }
    // The lines that the program has written into the file `name`, by what they say.
    [[nodiscard]] std::map<std::string, int> lines(const std::string& name) const {
        std::map<std::string, int> counts;
        std::ifstream file(path(name));
        for (std::string line; std::getline(file, line);) ++counts[line];
        return counts;
    }
    [[nodiscard]] std::string list(int count) const {
        std::ofstream file(path("ids"));
        for (int i = 1; i <= count; ++i) file << i << '\n';
        return "lines:" + path("ids");
    }

  private:
    fs::path folder_;
};

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

const std::vector<std::string> kQuick = {"--consumers", "2", "--retry-delay", "10ms..50ms"};

void require_each_once(const std::map<std::string, int>& effects, std::size_t count) {
    CHECK(effects.size() == count);
    for (const auto& [line, times] : effects) {
        INFO(line);
        CHECK(times == 1);
    }
}

}  // namespace

TEST_CASE("what fails for now waits and is booked when it can be, each effect once", "[second_chances]") {
    PipelineRun run;
    const Job job(run, "test -e up || exit 75\necho $1 >> done\n");
    auto supervisor = run.start(
        with(kQuick, {"--once", "--source", job.list(30), "--process", job.process(), "--hold-after", "0"}));
    REQUIRE(eventually([&] {
        return run.has_rows(30) && run.count("SELECT count(*) FROM invoices WHERE status = 'waiting'") == 30;
    }));
    job.touch("up");
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 30}});
    require_each_once(job.lines("done"), 30);
    CHECK(run.count("SELECT count(*) FROM history WHERE status <> 'waiting'") == 0);
    CHECK(run.count("SELECT count(*) FROM invoices WHERE attempts < 2 OR due_at NOT NULL") == 0);
    run.require_nothing_left();
}

TEST_CASE("while everything fails the source is held, and no attempt is used up", "[second_chances]") {
    PipelineRun run;
    const Job job(run, "test -e up || { echo down >&2; exit 1; }\necho $1 >> done\n");
    auto supervisor = run.start(with(kQuick, {"--once", "--source", job.list(100), "--process", job.process(),
                                              "--max-attempts", "3", "--hold-after", "5"}));
    REQUIRE(eventually([&] { return supervisor.err().find("the source is held") != std::string::npos; }));
    job.touch("up");
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 100}});
    require_each_once(job.lines("done"), 100);
    CHECK(supervisor.err().find("not held any more") != std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("a command that is missing holds the source at once", "[second_chances]") {
    PipelineRun run;
    const Job job(run, "PATH=$PWD/bin:$PATH\nbook-it \"$1\"\n");
    auto supervisor = run.start(
        with(kQuick, {"--once", "--source", job.list(10), "--process", job.process(), "--hold-after", "20"}));
    REQUIRE(eventually([&] { return supervisor.err().find("the source is held") != std::string::npos; }));
    fs::create_directory(job.path("bin"));
    write_file(job.path("bin/book-it.new"), "#!/bin/sh\necho $1 >> done\n");
    ::chmod(job.path("bin/book-it.new").c_str(), 0755);
    fs::rename(job.path("bin/book-it.new"), job.path("bin/book-it"));
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 10}});
    CHECK(run.count("SELECT count(*) FROM invoices WHERE failures <> 0") == 0);
    run.require_nothing_left();
}

TEST_CASE("a list of nothing but bad invoices ends once --hold-for is over", "[second_chances]") {
    PipelineRun run;
    const Job job(run, "exit 1\n");
    auto supervisor =
        run.start(with(kQuick, {"--once", "--source", job.list(40), "--process", job.process(),
                                "--hold-after", "5", "--hold-for", "1s", "--max-attempts", "2"}));
    CHECK(supervisor.wait() == 1);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"failed", 40}});
    run.require_nothing_left();
}

TEST_CASE("a spool's file waits in waiting/, and one put back from failed/ is processed again",
          "[second_chances]") {
    PipelineRun run;
    const Job job(run,
                  "test $1 != later || test -e up || exit 75\ntest $1 != bad || test -e mended || exit 1\n"
                  "echo $1 >> done\n");
    fs::create_directory(run.spool());
    for (const std::string name : {"good", "later", "bad"}) write_file(run.spool() / name, name);
    auto supervisor = run.start(with(kQuick, {"--source", "spool:" + run.spool().string(), "--process",
                                              job.process(), "--max-attempts", "2", "--settle-time", "0"}));
    const auto lies_in = [&](const char* folder, const char* name) {
        return fs::exists(run.spool() / folder / name);
    };
    CHECK(eventually([&] { return lies_in("waiting", "later"); }));
    REQUIRE(eventually([&] { return lies_in("failed", "bad") && lies_in("booked", "good"); }));
    job.touch("up");
    job.touch("mended");
    fs::rename(run.spool() / "failed" / "bad", run.spool() / "bad");
    REQUIRE(eventually([&] { return lies_in("booked", "bad") && lies_in("booked", "later"); }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 3}});
    require_each_once(job.lines("done"), 3);
    CHECK(run.count("SELECT count(*) FROM history WHERE id = 'bad' AND status = 'failed'") == 1);
    run.require_nothing_left();
}

TEST_CASE("what waits is gone on with where spool and ledger have been copied", "[second_chances]") {
    PipelineRun run;
    const Job job(run, "test -e up || exit 75\necho $1 >> done\n");
    fs::create_directory(run.spool());
    for (const std::string name : {"a", "b"}) write_file(run.spool() / name, name);
    const std::vector<std::string> options{
        "--consumers", "2",           "--source",      "spool:" + run.spool().string(),
        "--process",   job.process(), "--settle-time", "0"};
    auto supervisor = run.start(with(options, {"--retry-delay", "1h..1h"}));
    CHECK(eventually([&] {
        return fs::exists(run.spool() / "waiting" / "a") && fs::exists(run.spool() / "waiting" / "b");
    }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);

    // Other files with the same names and contents; a copy of the ledger is as good as the ledger.
    const fs::path copy = run.directory() / "copy";
    fs::copy(run.spool(), copy, fs::copy_options::recursive);
    fs::rename(run.spool(), run.directory() / "before");
    fs::rename(copy, run.spool());
    job.touch("up");
    auto other = run.start(with(options, {"--once"}));
    const int status = other.wait();
    INFO(other.err());
    CHECK(status == 0);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 2}});
    CHECK(run.count("SELECT count(*) FROM history WHERE status <> 'waiting'") == 0);
    require_each_once(job.lines("done"), 2);
    CHECK(fs::exists(run.spool() / "booked" / "a"));
    CHECK(other.err().find(
              "2 files were in waiting/, and the ledger does not know of them: back in the spool") !=
          std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("an id that is booked is not run again, from the same list, another one, or twice in one",
          "[second_chances]") {
    PipelineRun run;
    const Job job(run, "echo $1 >> done\n");
    write_file(job.path("twice"), "a\nb\na\na\nc\nb\n");
    auto first = run.start(
        with(kQuick, {"--once", "--source", "lines:" + job.path("twice"), "--process", job.process()}));
    REQUIRE(first.wait() == 0);
    require_each_once(job.lines("done"), 3);
    write_file(job.path("other"), "c\nd\na\n");
    auto second = run.start(
        with(kQuick, {"--once", "--source", "lines:" + job.path("other"), "--process", job.process()}));
    REQUIRE(second.wait() == 0);
    require_each_once(job.lines("done"), 4);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 4}});
    CHECK(run.count("SELECT count(*) FROM duplicates") == 5);
    run.require_nothing_left();
}

TEST_CASE("every kill of everything leaves each invoice booked once in the end, and its back-off kept",
          "[second_chances]") {
    PipelineRun run;
    // A third fails for now at first, and a tenth for good.
    const Job job(run, "case $1 in *0) exit 1;; *[369]) test $2 -gt 1 || exit 75;; esac\necho $1 >> done\n");
    const auto options = with(kQuick, {"--once", "--source", job.list(300), "--process", job.process(),
                                       "--max-attempts", "2", "--hold-after", "0"});
    for (int kills = 0; kills < 5; ++kills) {
        const std::uint64_t before = kills == 0 ? 0 : run.rows();
        auto supervisor = run.start(options);
        CHECK(eventually([&] { return run.has_rows(before + 20) || !supervisor.is_running(); }));
        if (supervisor.is_running()) PipelineRun::kill(supervisor);
        if (kills == 3) {  // as after a reboot
            for (const auto& segment : run.segments()) fs::remove("/dev/shm/" + segment);
        }
    }
    auto last = run.start(options);
    const int status = last.wait();
    CHECK((status == 1 || status == 0));  // 0: all that fails for good was recorded before the last kill
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 270}, {"failed", 30}});
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'failed' AND id % 10 <> 0") == 0);
    CHECK(job.lines("done").size() == 270);
    run.require_nothing_left();
}
