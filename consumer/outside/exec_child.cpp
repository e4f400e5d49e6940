// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/exec_child.hpp"

#include <signal.h>

#include <algorithm>
#include <utility>

namespace pipeline {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kEndAtEndOfInput{2};  // how long a program may take to end after its input was closed
constexpr std::chrono::milliseconds kBoundedWait{500};
constexpr std::size_t kMostReasonBytes = 200;

}  // namespace

ExecChild::ExecChild(ProgramChild::Setup setup, Conversation::Limits limits, ProgramNotices& notices,
                     Meanwhile meanwhile)
    : process_(std::move(setup)),
      limits_(limits),
      conversation_(limits),
      notices_(notices),
      meanwhile_(std::move(meanwhile)) {}

std::optional<Mishap> ExecChild::start(const std::vector<std::string>& arguments) {
    conversation_ = Conversation(limits_);
    output_.clear();
    notices_.begin();
    return process_.start(arguments, {});
}

ProgramChild::Ready ExecChild::wait(nanoseconds bound) {
    const nanoseconds most = std::min<nanoseconds>(bound, kBoundedWait);
    return process_.wait(!conversation_.unsent().empty(), conversation_.time_left(steady_clock::now(), most));
}

bool ExecChild::send() {
    while (!conversation_.unsent().empty()) {
        const auto [outcome, bytes] = process_.write_input(conversation_.unsent());
        if (outcome == ProgramChild::WriteOutcome::Closed) return false;
        if (outcome == ProgramChild::WriteOutcome::Full) return true;
        conversation_.sent(bytes);
    }
    return true;
}

void ExecChild::look_at_pipe() {
    const auto now = steady_clock::now();
    conversation_.note_unread(process_.unread_input(), now);
    if (conversation_.is_silence_news(now)) notices_.silent();
}

std::optional<std::string_view> ExecChild::first_line() {
    constexpr unsigned kMostAtOnce = 16;  // most reads in a row; then other work gets its turn
    reads_left_ = kMostAtOnce;
    return next_line();
}

std::optional<std::string_view> ExecChild::next_line() {
    while (is_running()) {
        if (const auto line = next_answer()) return line;
        if (reads_left_ == 0 || output_.is_too_long()) break;
        const auto room = output_.room();
        const auto [outcome, bytes] = process_.read_output(room);
        if (outcome == ProgramChild::ReadOutcome::End && !conversation_.is_failing())
            conversation_.begin_failing(steady_clock::now());
        if (outcome != ProgramChild::ReadOutcome::Read) break;
        conversation_.heard();
        output_.add(bytes);
        reads_left_ = bytes == room.size() ? reads_left_ - 1 : 0;
    }
    return std::nullopt;
}

std::optional<std::string_view> ExecChild::next_answer() {
    while (const auto line = output_.next()) {
        if (conversation_.is_starting()) look_at_pipe();
        if (!conversation_.is_starting()) return line;
        notices_.early(*line);
    }
    return std::nullopt;
}

void ExecChild::end() {
    ask_to_end();
    await_end(steady_clock::now() + ProgramChild::kEndAtTerm);
}

void ExecChild::ask_to_end() const noexcept {
    process_.signal(SIGTERM);
}

void ExecChild::await_end(steady_clock::time_point until) {
    if (!wait_for_end(until - steady_clock::now())) {
        process_.kill_group();
        if (!wait_for_end(ProgramChild::kEndAtKill)) return process_.abandon();
    }
    process_.bury();
}

void ExecChild::retire() {
    process_.close_input();
    if (wait_for_end(kEndAtEndOfInput)) {
        process_.bury();
    } else {
        end();
    }
}

bool ExecChild::wait_for_end(nanoseconds bound) {
    const auto until = steady_clock::now() + bound;
    while (true) {
        const nanoseconds most = meanwhile_();
        const auto left = until - steady_clock::now();
        const auto ready = process_.wait(false, std::min<nanoseconds>(most, left));
        if (ready.ended) return true;
        if (ready.output) drop_output();
        if (left <= nanoseconds::zero()) return false;
    }
}

// Discards the output of a program that is being ended.
void ExecChild::drop_output() {
    output_.clear();
    const auto room = output_.room();
    const auto [outcome, bytes] = process_.read_output(room);
    const bool is_surplus = outcome == ProgramChild::ReadOutcome::Read && conversation_.is_idle();
    if (is_surplus) notices_.surplus({room.data(), bytes});
}

std::string ExecChild::last_words() const {
    return process_.errors().tail(kMostReasonBytes);
}

}  // namespace pipeline
