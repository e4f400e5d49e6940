// SPDX-License-Identifier: Apache-2.0
// Runs a program outside its owner, a consumer or a producer: the user's program, or an isolated processor of
// ours (--isolate). The process has its own process group, default signals, no descriptors but 0, 1 and 2,
// and no shared memory. The kernel kills it when the owner dies (PR_SET_PDEATHSIG). The owner's pipe ends
// never block: all waiting happens in wait(), for everything at once and with a bound.
//
// The owner waits only for the program itself, the leader of the group. When the leader ends, the owner kills
// the rest of the group at once, and within a second also the processes that have left the group. The owner
// uses this class from its main thread only, and must not hold a lock in shared memory when it starts a
// program.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/fd.hpp"
#include "common/os/spawn.hpp"
#include "common/outside/error_lines.hpp"

namespace pipeline {

class ProgramChild {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    // The program's standard input: /dev/null; the consumer's pipe; or the body that start() gets, from a
    // file in memory of its own, so that it may read the body when and how far it wants (/dev/null if there
    // is none).
    enum class Input { Null, Pipe, Body };

    struct Setup {
        std::string path;  // the file to execute
        std::string name;  // the program's name in log lines
        Input input = Input::Null;
        std::uint64_t memory_limit = 0;  // RLIMIT_AS in bytes; 0: none
        std::shared_ptr<const UniqueFd>
            rule_set{};  // confines the program (confinement.hpp); null: the program is not confined
        // "NAME=VALUE" for each variable of the program's environment; empty: it inherits the consumer's.
        std::vector<std::string> environment{};
    };

    explicit ProgramChild(Setup setup);
    ProgramChild(const ProgramChild&) = delete;
    ProgramChild& operator=(const ProgramChild&) = delete;
    // Kills a running program, and the processes that it has left behind. Gives up on those that do not die
    // within two seconds.
    ~ProgramChild();

    // Starts the program. `arguments` begin with its name (argv[0]). Returns the mishap if the program could
    // not be started. `about`: the id of the invoice, for the program's lines in the log; may be empty.
    // The second form gives the program another environment than Setup does, and a body.
    [[nodiscard]] std::optional<Mishap> start(const std::vector<std::string>& arguments,
                                              std::string_view about) {
        return start(arguments, about, setup_.environment);
    }
    [[nodiscard]] std::optional<Mishap> start(const std::vector<std::string>& arguments,
                                              std::string_view about,
                                              const std::vector<std::string>& environment,
                                              std::string_view body = {});
    // Returns the text of the failure if a retry may help (the system is out of processes, for example).
    // Otherwise throws Failure NoInput.
    [[nodiscard]] std::string throw_unless_passing(const Mishap& mishap) const;
    [[nodiscard]] bool is_running() const noexcept { return pid_ > 0; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] const std::string& name() const noexcept { return setup_.name; }

    struct Ready {
        bool input = false;   // the program accepts more input
        bool output = false;  // its output is readable or at its end
        bool ended = false;   // the program has ended: bury() it
    };
    // Waits at most `bound` for any of these events. Waits for `input` only if `wants_input`. Meanwhile reads
    // and logs the program's standard error.
    [[nodiscard]] Ready wait(bool wants_input, std::chrono::nanoseconds bound) {
        return wait(Wants{wants_input, true, -1}, bound);
    }
    // The same, for `output` only if that is wanted. Returns early if the descriptor `also` is readable, too
    // (-1: none).
    struct Wants {
        bool input = false;
        bool output = true;
        int also = -1;
    };
    [[nodiscard]] Ready wait(Wants wants, std::chrono::nanoseconds bound);

    enum class ReadOutcome { Read, Nothing, End };
    struct ReadResult {
        ReadOutcome outcome;
        std::size_t bytes;  // > 0 if `outcome` is Read
    };
    [[nodiscard]] ReadResult read_output(std::span<char> to) noexcept;
    enum class WriteOutcome { Written, Full, Closed };
    struct WriteResult {
        WriteOutcome outcome;
        std::size_t bytes;  // > 0 if `outcome` is Written
    };
    [[nodiscard]] WriteResult write_input(std::string_view text) noexcept;
    // The number of bytes in its input pipe that the program has not read; also valid after its end.
    [[nodiscard]] std::size_t unread_input() const noexcept;
    void close_input() noexcept { input_.reset(); }

    // Sends the signal to the program's process group, and to the leader itself if it has left the group.
    void signal(int number) const noexcept;
    // Kills the program's process group. After the program's end, this kills the rest of the group, so that
    // no process writes to the program's output any more.
    void kill_group() const noexcept { signal(9); }
    // Call after the program's end. Kills the rest of its group, reads its last lines on standard error, and
    // reaps it. Returns the wait status.
    int bury();
    // Call if a killed program does not end within kEndAtKill (a setuid program that the consumer may not
    // kill, or a program that hangs on a dead disk). Reads its last lines on standard error, logs a warning,
    // and leaves the program to look_for_orphans().
    static constexpr std::chrono::seconds kEndAtKill{2};
    // How long a program may take to end after SIGTERM.
    static constexpr std::chrono::seconds kEndAtTerm{1};
    void abandon();

    // Kills and reaps the processes that programs have left outside their groups. Does nothing if the last
    // call was a moment ago.
    void look_for_orphans(TimePoint now) noexcept;

    // The lines that the program has written to standard error. After its end they stay until the next
    // start().
    [[nodiscard]] const ErrorLines& errors() const noexcept { return errors_; }

  private:
    struct Pipes;
    [[nodiscard]] std::optional<Mishap> launch(const std::vector<std::string>& arguments,
                                               const std::vector<std::string>& environment,
                                               std::string_view body);
    void read_errors(TimePoint now);
    void let_go();

    Setup setup_;
    pid_t pid_ = -1;
    UniqueFd pidfd_;
    UniqueFd input_;
    UniqueFd output_;
    UniqueFd error_;
    ErrorLines errors_;
    std::vector<char> error_bytes_;
    TimePoint next_look_for_orphans_{};
};

}  // namespace pipeline
