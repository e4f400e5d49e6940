// SPDX-License-Identifier: Apache-2.0
// The observer's screen in a real terminal: tmux is one whose contents can be read.
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <string>

#include "common/os/process_id.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/observer_run.hpp"

using namespace pipeline::test;

namespace {

bool has_tmux() {
    if (std::filesystem::exists("/usr/bin/tmux")) return true;
    fmt::print("skipped: there is no tmux here to look at the screen with\n");
    return false;
}

// A terminal in which the observer of a run is started.
class Terminal {
  public:
    Terminal(const PipelineRun& run, int columns, int rows, const std::string& before = {}) : run_(run) {
        tmux({"new-session", "-d", "-x", fmt::to_string(columns), "-y", fmt::to_string(rows),
              fmt::format("{}LC_ALL=C.UTF-8 exec {} --interval 200ms --name {} 2> {}", before,
                          OBSERVER_PROGRAM, run.name(), (run.directory() / "screen.err").string())});
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() { tmux({"kill-server"}); }

    [[nodiscard]] std::string screen() const { return tmux({"capture-pane", "-p"}); }
    void press(const std::string& key) const { tmux({"send-keys", key}); }
    void resize(int columns, int rows) const {
        tmux({"resize-window", "-x", fmt::to_string(columns), "-y", fmt::to_string(rows)});
    }
    [[nodiscard]] pid_t pid() const { return std::stoi(tmux({"list-panes", "-F", "#{pane_pid}"})); }
    // Fails the test, with the screen, unless it shows that soon.
    void require(const std::string& text) const {
        const bool is_shown = eventually([&] { return screen().find(text) != std::string::npos; });
        INFO(screen());
        INFO("missing: " << text);
        REQUIRE(is_shown);
    }
    [[nodiscard]] bool has_ended() const { return tmux({"list-panes"}).empty(); }

  private:
    std::string tmux(const std::vector<std::string>& arguments) const {
        std::vector<std::string> argv{"/usr/bin/tmux", "-S", (run_.directory() / "tmux").string(), "-f",
                                      "/dev/null"};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        Process process(argv, run_.directory(), "tmux");
        static_cast<void>(process.wait());
        return process.out();
    }
    const PipelineRun& run_;
};

}  // namespace

TEST_CASE("the screen shows a pipeline through its end and its next start, in any size") {
    if (!has_tmux()) return;
    PipelineRun run;
    const Terminal terminal(run, 80, 24);
    terminal.require(fmt::format("waiting for a pipeline of the name '{}'", run.name()));
    const std::vector<std::string> options{"--consumers", "3",         "--source",
                                           "sequence",    "--process", "simulate:cpu=100us"};
    auto supervisor = run.start(options);
    terminal.require("running  3 consumers  sequence");
    terminal.require("consumer 2");
    terminal.require("acquired/s ");
    CHECK(lines_of(terminal.screen()).size() <= 24);
    terminal.resize(200, 50);
    terminal.require("last death");
    terminal.resize(60, 12);
    terminal.require(" q quit  f failures");
    terminal.resize(80, 24);

    ::kill(supervisor.child("consumer"), SIGKILL);
    terminal.press("s");
    terminal.require("s sort: items/s");
    terminal.press("?");
    terminal.require("docs/observer.md has the rest.");
    terminal.press("?");
    terminal.press("p");
    terminal.require("FROZEN");
    terminal.press("p");
    terminal.require("p freeze");

    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    terminal.require("finished");
    terminal.require("it has finished; waiting");
    const auto first_run = run.rows();
    auto next = run.start(options);
    terminal.require("running  3 consumers  sequence");
    REQUIRE(eventually([&] { return run.rows() > first_run; }));  // what has not begun does not stand still
    next.send(SIGSTOP);
    for (const pid_t child : next.children()) ::kill(child, SIGSTOP);
    terminal.require("stopped");
    terminal.require("nothing has moved for ");
    const auto until_stopped = run.rows();
    for (const pid_t child : next.children()) ::kill(child, SIGCONT);
    next.send(SIGCONT);
    REQUIRE(eventually([&] { return run.rows() > until_stopped; }));
    terminal.press("q");
    REQUIRE(eventually([&] { return terminal.has_ended(); }));
    CHECK(read_file(run.directory() / "screen.err").empty());
    next.send(SIGTERM);
    CHECK(next.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("a failed invoice is found by its reason and by its id, while the pipeline runs") {
    if (!has_tmux()) return;
    PipelineRun run;
    write_file(run.directory() / "list", "good\nbad-1\nbad-2\n");
    auto supervisor = run.start(
        {"--consumers", "2", "--source", "lines:" + (run.directory() / "list").string(), "--max-attempts",
         "1", "--process", "each:sh -c 'test $1 = good || { echo no such account; exit 1; }' sh {}"});
    REQUIRE(eventually([&] { return run.has_rows(3); }));
    const Terminal terminal(run, 80, 24);
    terminal.require("running  2 consumers");
    terminal.press("f");
    terminal.require("not booked: 2 invoices, 1 reason");
    terminal.require("exit status 1: no such");
    terminal.press("Enter");
    terminal.require("bad-1");
    terminal.require("bad-2");
    terminal.press("Enter");
    terminal.require("what to do       clerk retry");
    terminal.resize(120, 40);
    terminal.require("what to do       clerk retry");
    terminal.press("f");
    terminal.require("not booked: 2 invoices, 1 reason");
    terminal.press("/");
    terminal.require("id: _");
    for (const char* key : {"b", "a", "d", "-", "q", "BSpace", "2"}) terminal.press(key);
    terminal.require("id: bad-2_");
    terminal.press("Enter");
    terminal.require("invoice bad-2");
    terminal.require("no such account");
    terminal.press("/");
    for (const char* key : {"x", "Enter"}) terminal.press(key);
    terminal.require("the ledger does not know it");
    terminal.press("f");
    terminal.press("f");
    terminal.require("acquired/s");
    terminal.press("q");
    REQUIRE(eventually([&] { return terminal.has_ended(); }));
    CHECK(read_file(run.directory() / "screen.err").empty());
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
}

TEST_CASE("a signal gives the terminal back") {
    if (!has_tmux()) return;
    PipelineRun run;
    for (const int signal : {SIGTERM, SIGINT}) {
        const Terminal terminal(run, 80, 24);
        terminal.require("waiting for a pipeline");
        ::kill(terminal.pid(), signal);
        REQUIRE(eventually([&] { return terminal.has_ended(); }));
        CHECK(read_file(run.directory() / "screen.err").empty());
    }
}

TEST_CASE("an observer whose terminal is gone ends, also where it is not told so") {
    if (!has_tmux()) return;
    PipelineRun run;
    pid_t pid = 0;
    {
        const Terminal terminal(run, 80, 24, "trap '' HUP; ");
        terminal.require("waiting for a pipeline");
        pid = terminal.pid();
        REQUIRE(pipeline::ProcessId::of(pid).is_alive());
    }
    const bool has_ended = eventually([&] {
        return !pipeline::ProcessId{static_cast<std::uint32_t>(pid), 0}.is_alive();
    });
    if (!has_ended) ::kill(pid, SIGKILL);
    CHECK(has_ended);
}

TEST_CASE("a terminal that can be no screen is refused in one line") {
    if (!has_tmux()) return;
    PipelineRun run;
    const Terminal terminal(run, 80, 24, "export TERM=dumb; ");
    REQUIRE(eventually([&] { return !read_file(run.directory() / "screen.err").empty(); }));
    REQUIRE(eventually([&] { return terminal.has_ended(); }));
    const auto said = lines_of(read_file(run.directory() / "screen.err"));
    REQUIRE(said.size() == 1);
    CHECK(said.front().find("$TERM names no terminal that can be a screen") != std::string::npos);
}
