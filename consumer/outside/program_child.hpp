// SPDX-License-Identifier: Apache-2.0
// A process outside the consumer: the user's program, or one of our processors in isolation. It is forked and
// executed with its own process group, default signals, no descriptors but 0, 1 and 2, and no shared memory.
// It is killed when the consumer dies (PR_SET_PDEATHSIG). The consumer's pipe ends never block: all waiting
// happens in wait(), for everything at once and with a bound.
//
// Only the leader of the group is waited for. Processes it leaves behind are killed when it ends (its group)
// or at most a second later (those that left the group). The consumer must not hold a lock in shared memory
// when it starts one.
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
#include "consumer/outside/error_lines.hpp"

namespace pipeline {

class ProgramChild {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class Input { Null, Pipe };  // the program reads /dev/null, or the consumer's pipe

    struct Setup {
        std::string path;  // the file to execute
        std::string name;  // its name in log lines
        Input input = Input::Null;
        std::uint64_t memory_limit = 0;  // RLIMIT_AS in bytes; 0: none
        std::shared_ptr<const UniqueFd>
            rule_set{};  // confines it (confinement.hpp); null: it is not confined
    };

    explicit ProgramChild(Setup setup);
    ProgramChild(const ProgramChild&) = delete;
    ProgramChild& operator=(const ProgramChild&) = delete;
    // Kills a running program, and whatever it left behind. Leaves alone what does not die within two
    // seconds.
    ~ProgramChild();

    // Starts it. The first argument is its name. Returns the mishap if it could not be started. `about`
    // becomes part of the prefix of its log lines.
    [[nodiscard]] std::optional<Mishap> start(const std::vector<std::string>& arguments,
                                              std::string_view about);
    // Throws Failure NoInput unless a retry may help (the system is out of processes, for example). Otherwise
    // returns the failure's text.
    [[nodiscard]] std::string throw_unless_passing(const Mishap& mishap) const;
    [[nodiscard]] bool is_running() const noexcept { return pid_ > 0; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] const std::string& name() const noexcept { return setup_.name; }

    struct Ready {
        bool input = false;   // it accepts more input
        bool output = false;  // its output is readable or at its end
        bool ended = false;   // it has ended: bury() it
    };
    // Waits at most `bound` for any of these; for input only if `wants_input`. Meanwhile reads and logs its
    // standard error.
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
    // How many bytes of its input it has not read; also valid after its end.
    [[nodiscard]] std::size_t unread_input() const noexcept;
    void close_input() noexcept { input_.reset(); }

    // Sends the signal to its process group, and to the leader itself if it left the group.
    void signal(int number) const noexcept;
    // After its end: kills the rest of its group, so that nobody writes to its output any more.
    void kill_group() const noexcept { signal(9); }
    // After its end: kills the rest of its group, reads its last words and reaps it. Returns the wait status.
    int bury();
    // Call if a killed program does not end within kEndAtKill (a setuid program that we may not kill, or one
    // that hangs on a dead disk). Reads its last words, logs it, and leaves it to look_for_orphans().
    static constexpr std::chrono::seconds kEndAtKill{2};
    void abandon();

    // Kills and reaps the processes it left outside its group, unless that was done a moment ago.
    void look_for_orphans(TimePoint now) noexcept;

    // Its lines on standard error; after its end, still those of the last program.
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
