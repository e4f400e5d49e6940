// SPDX-License-Identifier: Apache-2.0
// What a process inherits from whoever starts it: signals, umask, working directory, variables. Started from
// cron, by a service manager, in a container or by hand, it does the same.
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/faults/other_user.hpp"
#include "tests/faults/said.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

void ignore_child_deaths() {
    ::signal(SIGCHLD, SIG_IGN);
}

// As of a background job of a shell script, and more.
void ignore_what_drains() {
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) ::signal(signal, SIG_IGN);
}

void block_every_signal() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

void speak_gibberish() {
    ::setenv("LC_ALL", "xx_YY.KOI-17", 1);
    ::setenv("TZ", ":/nonexistent/zone", 1);
    ::setenv("TMPDIR", "/nonexistent", 1);
    ::setenv("JOURNAL_STREAM", "not:numbers", 1);
}

void forget_all_variables() {
    ::clearenv();
}

}  // namespace

TEST_CASE("a run with kills and a drain goes well whatever is inherited") {
    const auto inherited = GENERATE(ignore_child_deaths, ignore_what_drains, block_every_signal,
                                    speak_gibberish, forget_all_variables);
    PipelineRun run;
    auto supervisor = run.start_in(
        inherited, {"--consumers", "2", "--source", "sequence", "--process", "none", "--rate", "4000/s"});
    for (const std::string victim : {"consumer", "producer"}) {
        REQUIRE(eventually([&] { return run.has_rows(50); }));
        const auto rows = run.rows();
        ::kill(supervisor.child(victim), SIGKILL);
        REQUIRE(eventually([&] { return run.rows() >= rows + 100; }));
    }
    CHECK(eventually([&] { return lines_with(supervisor, "killed by signal 9 (SIGKILL)") == 2; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("a umask that takes everything does not take the owner's access to what was made") {
    if (!can_become_other_user()) return;
    PipelineRun run;
    give_to_other_user(run.directory());
    const auto with_umask = [] {
        ::umask(0777);
        become_other_user();
    };
    const auto state = run.directory() / "new" / "state";
    const std::vector<std::string> argv{SUPERVISOR_PROGRAM,
                                        "--name",
                                        run.name(),
                                        "--consumers",
                                        "2",
                                        "--once",
                                        "--process",
                                        "none",
                                        "--runtime-dir",
                                        state,
                                        "--state-dir",
                                        state,
                                        "--ledger",
                                        "sqlite:" + run.ledger().string()};
    Process first(argv, run.directory(), "first", -1, with_umask);
    REQUIRE(first.wait() == 0);
    write_file(state / "spool" / "invoice", "anything");
    Process second(argv, run.directory(), "second", -1, with_umask);
    REQUIRE(second.wait() == 0);
    CHECK(run.rows() == 1);
    CHECK(std::filesystem::exists(state / "spool" / "booked" / "invoice"));
    struct stat made {};
    REQUIRE(::stat(run.ledger().c_str(), &made) == 0);
    CHECK((made.st_mode & 0777U) == 0600U);
    run.require_nothing_left();
}

TEST_CASE("a working directory that was removed matters to relative paths alone") {
    PipelineRun run;
    const auto removed = run.directory() / "removed";
    const auto without_directory = [&] {
        ::mkdir(removed.c_str(), 0700);
        if (::chdir(removed.c_str()) != 0) ::_exit(126);
        ::rmdir(removed.c_str());
    };
    SECTION("absolute paths") {
        auto supervisor = run.start_in(without_directory, {"--consumers", "1", "--once", "--source",
                                                           "sequence:100", "--process", "none"});
        REQUIRE(supervisor.wait() == 0);
        run.require_numbers_up_to(100);
    }
    SECTION("a relative one") {
        auto supervisor = run.start_in(
            without_directory, {"--consumers", "1", "--once", "--source", "lines:ids", "--process", "none"});
        CHECK(supervisor.wait() == 64);
        require_said(supervisor, "the working directory was removed",
                     {"--source 'lines:ids'", "only an absolute path is accepted"});
    }
    run.require_nothing_left();
}

TEST_CASE("without a variable that names the state directory it is asked for") {
    PipelineRun run;
    const std::vector<std::string> argv{SUPERVISOR_PROGRAM, "--consumers", "1", "--name", run.name()};
    Process supervisor(argv, run.directory(), "bare", -1, [] { ::clearenv(); });
    CHECK(supervisor.wait() == 64);
    require_said(supervisor, "no HOME and no STATE_DIRECTORY",
                 {"--state-dir is missing", "give a directory"});
    run.require_nothing_left();
}
