// SPDX-License-Identifier: Apache-2.0
// A process outside the consumer: the user's program, or a processor of ours that is kept apart. It is a
// fork and an exec with a process group of its own, every signal as by default, no descriptor but 0, 1 and 2,
// nothing of the shared memory, and it is killed when the consumer dies (PR_SET_PDEATHSIG). The consumer's
// ends of the pipes never block: everything that waits, waits here, for all of them at once and with a bound.
//
// Only the leader of the group is waited for. What it leaves behind is killed when it ends (its group) or
// a second later at most (what has left the group). The consumer must not hold a lock in shared memory when
// it starts one.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/fd.hpp"
#include "consumer/outside/error_lines.hpp"
#include "consumer/outside/mishap.hpp"

namespace pipeline {

class ProgramChild {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class Input { Null, Pipe };  // of the program: /dev/null, or what is written here

    struct Setup {
        std::string path;  // of the file that is executed
        std::string name;  // how log lines call it
        Input input = Input::Null;
        std::uint64_t memory_limit = 0;  // RLIMIT_AS in bytes; 0: none
    };

    explicit ProgramChild(Setup setup);
    ProgramChild(const ProgramChild&) = delete;
    ProgramChild& operator=(const ProgramChild&) = delete;
    // Kills it, if it runs, and whatever it has left; what does not die within two seconds is left alone.
    ~ProgramChild();

    // Starts it with these arguments, the first of which is its name. Returns why it could not be started, if
    // so. `about` is put into the prefix of its log lines.
    [[nodiscard]] std::optional<Mishap> start(const std::vector<std::string>& arguments,
                                              std::string_view about);
    // Throws Failure NoInput unless it is what a later try may mend: the system has no process left, for
    // example. Returns what the failure would have said.
    [[nodiscard]] std::string throw_unless_passing(const Mishap& mishap) const;
    [[nodiscard]] bool is_running() const noexcept { return pid_ > 0; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] const std::string& name() const noexcept { return setup_.name; }

    struct Ready {
        bool input = false;   // it takes more input
        bool output = false;  // there is output to read, or its end
        bool ended = false;   // it has ended: bury() it
    };
    // Waits for any of that, at most `bound`; for input only if `wants_input`. Its standard error is read and
    // logged meanwhile.
    [[nodiscard]] Ready wait(bool wants_input, std::chrono::nanoseconds bound);

    enum class ReadOutcome { Read, Nothing, End };
    struct ReadResult {
        ReadOutcome outcome;
        std::size_t bytes;  // > 0 if Read
    };
    [[nodiscard]] ReadResult read_output(std::span<char> to) noexcept;
    enum class WriteOutcome { Written, Full, Closed };
    struct WriteResult {
        WriteOutcome outcome;
        std::size_t bytes;  // > 0 if Written
    };
    [[nodiscard]] WriteResult write_input(std::string_view text) noexcept;
    // How much of what was written it has not read; also after its end.
    [[nodiscard]] std::size_t unread_input() const noexcept;
    void close_input() noexcept { input_.reset(); }

    // Sends the signal to its whole process group, and to itself where it has left that.
    void signal(int number) const noexcept;
    // Of one that has ended: kills what is left of its group, so that nobody writes to its output any more.
    void kill_group() const noexcept { signal(9); }
    // Of one that has ended: kills what is left of its group, takes its last words and reaps it. Returns the
    // wait status.
    int bury();
    // Of one that has been killed and does not end within kEndAtKill (a setuid program that we may not kill,
    // or one that a dead disk holds): takes its last words, says so, and leaves it to look_for_orphans().
    static constexpr std::chrono::seconds kEndAtKill{2};
    void abandon();

    // Kills and reaps what it has left behind outside of its group, if that has not been done lately.
    void look_for_orphans(TimePoint now) noexcept;

    // What it has written to standard error; the last program's, after its end.
    [[nodiscard]] const ErrorLines& errors() const noexcept { return errors_; }

  private:
    struct Pipes;
    [[nodiscard]] std::optional<Mishap> launch(const std::vector<std::string>& arguments);
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
