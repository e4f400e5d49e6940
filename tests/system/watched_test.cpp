// SPDX-License-Identifier: Apache-2.0
// A batch that somebody starts by hand and watches: where its ids come from, what is said of it, and the exit
// status.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string list_of(const PipelineRun& run, const std::string& lines) {
    const auto file = run.directory() / "ids";
    write_file(file, lines);
    return "lines:" + file.string();
}

void check_says(const std::string& log, const std::string& line) {
    INFO(log);
    INFO("missing: " << line);
    CHECK(log.find(line) != std::string::npos);
}

// A terminal for the standard error of a program, and what the program has shown there.
class Screen {
  public:
    Screen() : terminal_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
        REQUIRE(terminal_);
        REQUIRE(::grantpt(terminal_.get()) == 0);
        REQUIRE(::unlockpt(terminal_.get()) == 0);
        std::array<char, 64> name{};
        REQUIRE(::ptsname_r(terminal_.get(), name.data(), name.size()) == 0);
        // Kept open, or the terminal would be hung up before a program has it.
        program_.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
        REQUIRE(program_);
        winsize size{};
        size.ws_col = 200;
        size.ws_row = 24;
        REQUIRE(::ioctl(program_.get(), TIOCSWINSZ, &size) == 0);
    }
    // For Process: standard error is this terminal.
    [[nodiscard]] std::function<void()> as_standard_error() const {
        return [fd = program_.get()] { ::dup2(fd, STDERR_FILENO); };
    }
    // Everything that has been shown so far.
    [[nodiscard]] const std::string& shown() {
        std::array<char, 4096> piece;
        ssize_t bytes = 0;
        while ((bytes = ::read(terminal_.get(), piece.data(), piece.size())) > 0)
            shown_.append(piece.data(), static_cast<std::size_t>(bytes));
        return shown_;
    }
    [[nodiscard]] bool shows(const std::string& pattern) {
        return std::regex_search(shown(), std::regex(pattern));
    }

  private:
    UniqueFd terminal_;
    UniqueFd program_;
    std::string shown_;
};

}  // namespace

TEST_CASE("a command after -- takes its ids from a pipe, and ends with it", "[watched]") {
    PipelineRun run;
    Pipe pipe;
    pipe.write("a\nb\nlast");
    pipe.in.reset();
    auto supervisor = run.start({"-j2", "--", "true", "{}"}, pipe.out.get());
    CHECK(supervisor.wait() == 0);
    check_says(supervisor.err(),
               "no --source is given: the ids come from standard input (lines:-), until it ends");
    CHECK(run.column("SELECT id FROM invoices ORDER BY id") == std::vector<std::string>{"a", "b", "last"});
    run.require_nothing_left();
}

TEST_CASE("a command after -- takes its ids from a file on standard input", "[watched]") {
    PipelineRun run;
    write_file(run.directory() / "ids", "a\nb\n");
    const UniqueFd file(::open((run.directory() / "ids").c_str(), O_RDONLY | O_CLOEXEC));
    auto supervisor = run.start({"-P", "2", "--", "true"}, file.get());
    CHECK(supervisor.wait() == 0);
    CHECK(run.rows() == 2);
    run.require_nothing_left();
}

TEST_CASE("a command after -- watches the spool if standard input can give no ids", "[watched]") {
    PipelineRun run;
    auto supervisor = run.start({"-j1", "--", "true"});
    REQUIRE(eventually([&] { return std::filesystem::exists(run.spool()); }));
    write_file(run.directory() / "a", "an invoice");
    std::filesystem::rename(run.directory() / "a", run.spool() / "a");
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    CHECK(supervisor.is_running());
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    check_says(supervisor.err(),
               "no --source is given, and standard input is no pipe and no file: the source is "
               "spool:" +
                   run.spool().string());
    run.require_nothing_left();
}

TEST_CASE("a run that ends by itself tells by its exit status whether an invoice has failed", "[watched]") {
    struct Case {
        std::string list;
        std::vector<std::string> options;
        int status;
    };
    // By its id, an invoice is booked (0), rejected (65) or failed (3).
    const auto wanted = GENERATE(values<Case>({{"0\n65\n", {}, 0},
                                               {"0\n3\n", {}, 1},
                                               {"65\n", {"--fail-on", "rejected"}, 1},
                                               {"3\n", {"--fail-on", "rejected"}, 1},
                                               {"0\n", {"--fail-on", "rejected"}, 0},
                                               {"65\n3\n", {"--fail-on", "never"}, 0}}));
    CAPTURE(wanted.list, wanted.options);
    PipelineRun run;
    std::vector<std::string> options{"-j1", "--max-attempts", "1", "--source", list_of(run, wanted.list)};
    options.insert(options.end(), wanted.options.begin(), wanted.options.end());
    options.insert(options.end(), {"--", "sh", "-c", "exit \"$1\"", "sh", "{}"});
    auto supervisor = run.start(options);
    CHECK(supervisor.wait() == wanted.status);
    run.require_nothing_left();
}

TEST_CASE("a run without --once that is drained has ended well, unless --fail-on says otherwise",
          "[watched]") {
    const bool is_wanted = GENERATE(false, true);
    PipelineRun run;
    std::vector<std::string> options{"-j1",       "--max-attempts", "1", "--source", list_of(run, "1\n"),
                                     "--process", "each:false"};
    if (is_wanted) options.insert(options.end(), {"--fail-on", "failed"});
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == (is_wanted ? 1 : 0));
    run.require_nothing_left();
}

TEST_CASE("an invoice that a killed run has left counts with the run that finishes it", "[watched]") {
    PipelineRun run;
    const auto gate = run.directory() / "gate";
    const std::vector<std::string> options{"-j1",
                                           "--max-attempts",
                                           "1",
                                           "--source",
                                           list_of(run, "1\n"),
                                           "--",
                                           "sh",
                                           "-c",
                                           "test -e \"$1\" || exec sleep 1000; exit 1",
                                           "sh",
                                           gate.string(),
                                           "{}"};
    {
        auto killed = run.start(options);
        REQUIRE(eventually([&] { return run.acquired() == 1; }));
        PipelineRun::kill(killed);
    }
    write_file(gate, "");
    auto next = run.start(options);
    CHECK(next.wait() == 1);
    auto last = run.start(options);
    CHECK(last.wait() == 0);  // the row is of the run before
    run.require_nothing_left();
}

TEST_CASE("the live line has failures, the total and the time left of a list", "[watched]") {
    PipelineRun run;
    std::string list;
    for (int i = 1000; i < 3000; ++i) list += std::to_string(i) + "\n";
    Screen screen;
    auto supervisor = run.start_in(
        screen.as_standard_error(),
        {"-j2", "--max-attempts", "1", "--source", list_of(run, list), "--log-level", "error", "--report",
         "json", "--", "sh", "-c", "case $1 in *7) exit 65;; *3) exit 1;; esac; sleep 0.01", "sh", "{}"});
    const bool is_shown = eventually([&] {
        return screen.shows(
            "[0-9]+/~?[0-9]+ done \\([0-9]+ %\\), [0-9]+ failed, [0-9]+ rejected, "
            "[0-9]+ in flight, [0-9]+/s, [0-9]+ (s|min|h) left");
    });
    INFO(screen.shown());
    CHECK(is_shown);
    supervisor.send(SIGINT);
    CHECK(supervisor.wait() == 1);
    run.require_nothing_left();
}

TEST_CASE("the live line of a sequence that is gone on with counts what is left", "[watched]") {
    PipelineRun run;
    auto first = run.start({"-j1", "--once", "--source", "sequence:500", "--process", "none"});
    CHECK(first.wait() == 0);
    Screen screen;
    auto second = run.start_in(screen.as_standard_error(),
                               {"-j1", "--once", "--source", "sequence:800", "--process", "simulate:20ms"});
    const bool is_shown =
        eventually([&] { return screen.shows("[0-9]+/300 done \\([0-9]+ %\\), [0-9]+ in flight"); });
    INFO(screen.shown());
    CHECK(is_shown);
    CHECK(second.wait() == 0);
    run.require_numbers_up_to(800);
    run.require_nothing_left();
}

TEST_CASE("a run halts once so many invoices are failed, and the next one goes on behind them", "[watched]") {
    PipelineRun run;
    std::string list;
    for (int i = 1; i <= 300; ++i) list += std::to_string(i) + "\n";
    const std::string source = list_of(run, list);
    const std::string after = GENERATE("2", "50%");
    const bool is_watched = GENERATE(false, true);  // without --once
    std::vector<std::string> options{"-j2", "--max-attempts", "1", "--halt-after", after, "--source", source};
    if (is_watched) {
        options.insert(options.end(), {"--process", "each:sh -c 'sleep 0.01; exit 1' sh {}"});
    } else {
        options.insert(options.end(), {"--", "sh", "-c", "sleep 0.01; exit 1", "sh", "{}"});
    }
    auto supervisor = run.start(options);
    CHECK(supervisor.wait() == 1);
    check_says(supervisor.err(), "--halt-after " + after + ": ");
    check_says(supervisor.err(), " failed: draining, ");
    check_says(supervisor.out(), "halted        by --halt-after; ");
    const auto failed = run.rows_by_status()["failed"];
    CHECK(failed >= (after == "2" ? 2 : 20));
    CHECK(failed < 300);
    run.require_nothing_left();

    auto next = run.start({"-j2", "--source", source, "--", "true"});
    CHECK(next.wait() == 0);
    CHECK(run.rows() == 300);
    CHECK(run.rows_by_status()["failed"] == failed);
    run.require_nothing_left();
}

TEST_CASE("a run that ends as its last invoice fails is halted too, and one with fewer failures is not",
          "[watched]") {
    const std::string after = GENERATE("3", "4");
    PipelineRun run;
    auto supervisor = run.start({"-j1", "--max-attempts", "1", "--fail-on", "never", "--halt-after", after,
                                 "--source", list_of(run, "1\n2\n3\n"), "--", "false"});
    CHECK(supervisor.wait() == (after == "3" ? 1 : 0));
    CHECK((supervisor.err().find("--halt-after 3: 3 of 3 results failed") != std::string::npos) ==
          (after == "3"));
    run.require_nothing_left();
}
