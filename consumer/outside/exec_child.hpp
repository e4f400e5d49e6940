// SPDX-License-Identifier: Apache-2.0
// Runs the present program of an ExecProcessor: starts it, talks to it, and ends it. This class moves bytes
// and counts them; the ExecProcessor decides what an answer means for an invoice.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.hpp"
#include "common/outside/program_child.hpp"
#include "consumer/outside/program_notices.hpp"
#include "consumer/protocol/conversation.hpp"
#include "consumer/protocol/line_buffer.hpp"

namespace pipeline {

class ExecChild {
  public:
    // A result of kMaxResultBytes, and room for the rest of the answer and for a result that is a little
    // longer: such an answer is refused for its length.
    static constexpr std::size_t kMaxAnswerBytes = 4 * kMaxResultBytes;
    // Does the consumer's other work during a wait. Returns the longest time until it must be called again.
    using Meanwhile = std::function<std::chrono::nanoseconds()>;

    ExecChild(ProgramChild::Setup setup, Conversation::Limits limits, ProgramNotices& notices,
              Meanwhile meanwhile);

    // Starts the program; the first argument is its name. Returns the mishap if it could not be started.
    [[nodiscard]] std::optional<Mishap> start(const std::vector<std::string>& arguments);
    [[nodiscard]] bool is_running() const noexcept { return process_.is_running(); }
    [[nodiscard]] const ProgramChild& process() const noexcept { return process_; }
    // Kills the processes that programs have left outside their process groups.
    void look_for_orphans() noexcept { process_.look_for_orphans(std::chrono::steady_clock::now()); }
    [[nodiscard]] Conversation& conversation() noexcept { return conversation_; }
    [[nodiscard]] const Conversation& conversation() const noexcept { return conversation_; }

    // Waits until the program accepts input, has written output, or has ended. Waits at most `bound`, and
    // returns earlier if the conversation must be checked (Conversation::time_left()).
    [[nodiscard]] ProgramChild::Ready wait(std::chrono::nanoseconds bound);
    // Waits for `bound` while no program runs.
    void rest(std::chrono::nanoseconds bound) { static_cast<void>(process_.wait(false, bound)); }
    // Sends as much of the requests as the pipe takes. Returns false if the program has closed its input.
    [[nodiscard]] bool send();
    // Notes how much of its input the program has read.
    void look_at_pipe();

    // Return the lines that the program has written so far: call first_line(), and then next_line() until it
    // returns none. A line is valid until the next call. Lines that the program wrote before it read a
    // request are left out: they are greetings, not answers.
    [[nodiscard]] std::optional<std::string_view> first_line();
    [[nodiscard]] std::optional<std::string_view> next_line();
    [[nodiscard]] bool line_is_too_long() const noexcept { return output_.is_too_long(); }
    // The unfinished line of the program's output; empty while the program starts.
    [[nodiscard]] std::string_view begun_answer() const noexcept {
        return conversation_.is_starting() ? std::string_view() : output_.rest();
    }

    // Call after the program's end. Kills the rest of its process group, so that nobody writes to its output
    // any more. After that, read the last lines, and call bury().
    void kill_group() const noexcept { process_.kill_group(); }
    // Reaps the program, which has ended, and returns its wait status.
    [[nodiscard]] int bury() { return process_.bury(); }
    // Ends the program now: by SIGTERM, and by SIGKILL if that is not enough.
    void end();
    // The two parts of end(): sends SIGTERM, and returns at once; waits for the program's end, and ends it by
    // SIGKILL if it still runs at `until`.
    void ask_to_end() const noexcept;
    void await_end(std::chrono::steady_clock::time_point until);
    // Ends the program in good order: closes its input. Calls end() if the program does not end soon.
    void retire();
    // The program's last lines on standard error.
    [[nodiscard]] std::string last_words() const;

  private:
    [[nodiscard]] std::optional<std::string_view> next_answer();
    [[nodiscard]] bool wait_for_end(std::chrono::nanoseconds bound);
    void drop_output();

    ProgramChild process_;
    Conversation::Limits limits_;
    Conversation conversation_;
    ProgramNotices& notices_;
    Meanwhile meanwhile_;
    LineBuffer output_{kMaxAnswerBytes};
    unsigned reads_left_ = 0;  // reads of output that are still allowed until the next first_line()
};

}  // namespace pipeline
