// SPDX-License-Identifier: Apache-2.0
// The present program of an ExecProcessor: its process, the conversation with it, and its way to the end.
// It moves bytes and counts them; what an answer means for an invoice is not its business.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consumer/outside/program_child.hpp"
#include "consumer/outside/program_notices.hpp"
#include "consumer/protocol/conversation.hpp"
#include "consumer/protocol/line_buffer.hpp"

namespace pipeline {

class ExecChild {
  public:
    static constexpr std::size_t kMaxAnswerBytes = 65'536;
    // Does the consumer's other work during a wait. Returns the longest time until it must be called again.
    using Meanwhile = std::function<std::chrono::nanoseconds()>;

    ExecChild(ProgramChild::Setup setup, Conversation::Limits limits, ProgramNotices& notices,
              Meanwhile meanwhile);

    // Starts the program; the first argument is its name. Returns the mishap if it could not be started.
    [[nodiscard]] std::optional<Mishap> start(const std::vector<std::string>& arguments);
    [[nodiscard]] bool is_running() const noexcept { return process_.is_running(); }
    [[nodiscard]] const ProgramChild& process() const noexcept { return process_; }
    // Kills what the program has left outside its group.
    void look_for_orphans() noexcept { process_.look_for_orphans(std::chrono::steady_clock::now()); }
    [[nodiscard]] Conversation& conversation() noexcept { return conversation_; }
    [[nodiscard]] const Conversation& conversation() const noexcept { return conversation_; }

    // Waits until something is ready or must be looked at, at most `bound`.
    [[nodiscard]] ProgramChild::Ready wait(std::chrono::nanoseconds bound);
    // Waits without any program.
    void rest(std::chrono::nanoseconds bound) { static_cast<void>(process_.wait(false, bound)); }
    // Sends as much of the requests as the pipe takes. Returns false if the program has closed its input.
    [[nodiscard]] bool send();
    // Notes what the program has read.
    void look_at_pipe();

    // The lines of its output as far as they have come: first_line(), then next_line() until none. A line is
    // valid until the next call. Leaves out what the program wrote before it read a request: nobody can have
    // answered then, but programs greet.
    [[nodiscard]] std::optional<std::string_view> first_line();
    [[nodiscard]] std::optional<std::string_view> next_line();
    [[nodiscard]] bool line_is_too_long() const noexcept { return output_.is_too_long(); }
    // An unfinished line; empty while the program starts.
    [[nodiscard]] std::string_view begun_answer() const noexcept {
        return conversation_.is_starting() ? std::string_view() : output_.rest();
    }

    // Kills its group, after which nobody writes to its output any more. Call it before the last lines are
    // read, and then bury().
    void kill_group() const noexcept { process_.kill_group(); }
    // After its end: how it ended.
    [[nodiscard]] int bury() { return process_.bury(); }
    // Ends the program at once.
    void end();
    // Ends the program in good order: it sees the end of its input.
    void retire();
    // Its last lines on standard error.
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
    unsigned reads_left_ = 0;  // before the next first_line()
};

}  // namespace pipeline
