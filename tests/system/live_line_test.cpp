// SPDX-License-Identifier: Apache-2.0
// What a person sees of a run on a terminal while it goes on.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

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

    // The rows as the terminal has them: a carriage return goes back to the beginning of a row, where the
    // next characters replace those that are there, and ESC [ K erases what stands right of the cursor.
    [[nodiscard]] std::vector<std::string> rows() {
        std::vector<std::string> rows(1);
        std::size_t column = 0;
        for (std::size_t i = 0; i < shown().size(); ++i) {
            if (shown_[i] == '\r') {
                column = 0;
            } else if (shown_[i] == '\n') {
                rows.emplace_back();
            } else if (shown_.compare(i, 3, "\033[K") == 0) {
                rows.back().resize(column, ' ');
                i += 2;
            } else {
                rows.back().resize(std::max(rows.back().size(), column + 1), ' ');
                rows.back()[column++] = shown_[i];
            }
        }
        return rows;
    }

  private:
    UniqueFd terminal_;
    UniqueFd program_;
    std::string shown_;
};

}  // namespace

TEST_CASE("the live line has failures, the total and the time left of a list", "[watched]") {
    PipelineRun run;
    std::string list;
    for (int i = 1000; i < 3000; ++i) list += std::to_string(i) + "\n";
    write_file(run.directory() / "ids", list);
    Screen screen;
    auto supervisor =
        run.start_in(screen.as_standard_error(),
                     {"-j2", "--max-attempts", "1", "--source", "lines:" + (run.directory() / "ids").string(),
                      "--ring-capacity", "16", "--log-level", "error", "--report", "json", "--", "sh", "-c",
                      "case $1 in *7) exit 65;; *3) exit 1;; esac; sleep 0.01", "sh", "{}"});
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

TEST_CASE("a line that a consumer logs takes the place of the live line", "[watched]") {
    PipelineRun run;
    std::string list;
    for (int i = 0; i < 40; ++i) list += std::to_string(i) + "\n";
    write_file(run.directory() / "ids", list);
    Screen screen;
    // The live line is longer than what the programs say.
    auto supervisor = run.start_in(
        screen.as_standard_error(),
        {"-j1", "--max-attempts", "1", "--source", "lines:" + (run.directory() / "ids").string(), "--report",
         "json", "--fail-on", "never", "--", "sh", "-c", "sleep 0.05; echo I am >&2; exit 65"});
    CHECK(supervisor.wait() == 0);
    REQUIRE(screen.shows("/40 done .* left"));
    INFO(screen.shown());
    std::size_t said = 0;
    for (const std::string& row : screen.rows()) {
        CAPTURE(row);
        if (row.find("info: sh[") == std::string::npos) continue;
        ++said;
        CHECK(std::regex_match(row,
                               std::regex(R"(\d{4}-[-.: \d]+ consumer\[\d+\] info: sh\[\d+\] \d+: I am)")));
    }
    CHECK(said == 40);
    run.require_nothing_left();
}

TEST_CASE("a run that goes on until it is stopped says so on a terminal", "[watched]") {
    PipelineRun run;
    Screen screen;
    const std::string source = "spool:" + run.spool().string();
    auto supervisor =
        run.start_in(screen.as_standard_error(), {"-j1", "--source", source, "--process", "none"});
    const bool is_shown = eventually([&] {
        return screen.shown().find("the source is " + source + "; it is watched until the run is stopped") !=
               std::string::npos;
    });
    INFO(screen.shown());
    CHECK(is_shown);
    supervisor.send(SIGINT);
    CHECK(supervisor.wait() == 0);
    run.require_nothing_left();
}
