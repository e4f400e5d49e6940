// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/program/source_program.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "common/base/duration_text.hpp"
#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "common/core/hand.hpp"
#include "common/os/program_path.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr minutes kUsualEvery{1};
constexpr milliseconds kFirstAgainDelay{10};
constexpr nanoseconds kFirstRefusalDelay = seconds(1), kLastRefusalDelay = minutes(1);
constexpr std::uint32_t kMostRefused = 3;  // runs in a row, with --once
constexpr milliseconds kBoundedWait{100};
constexpr unsigned kMostReads = 16;  // in a row; then other work gets its turn
constexpr std::size_t kMostReasonBytes = 200;
constexpr std::size_t kKeepTold = std::size_t{1} << 20U;
constexpr int kCannotExecute = 126;  // and 127: there is no such command

}  // namespace

SourceProgram::SourceProgram(Plan plan, std::shared_ptr<SourceReport> report, std::function<bool()> owes)
    : plan_(std::move(plan)),
      report_(std::move(report)),
      owes_(std::move(owes)),
      process_({find_program(plan_.command.front(), process_environment(), "--source"),
                std::filesystem::path(plan_.command.front()).filename(), ProgramChild::Input::Pipe}),
      lines_(plan_.longest_line),
      refusal_delay_(kFirstRefusalDelay) {}

void SourceProgram::start() {
    const auto now = Clock::now();
    ++run_;
    started_at_ = now;
    is_new_ = is_refused_ = is_killed_ = has_ended_ = is_output_closed_ = is_input_closed_ = false;
    is_behind_told_ = false;
    lines_.clear();
    const auto mishap = process_.start(plan_.command, {});
    if (!mishap) return;
    try {
        ended_badly("it cannot be started: " + process_.throw_unless_passing(*mishap));
    } catch (const Failure& failure) {
        // A program that has run before is perhaps being replaced.
        if (run_ == 1) {
            failure_ = failure;
        } else {
            ended_badly(failure.what());
        }
    }
}

nanoseconds SourceProgram::serve() {
    if (!is_running()) {
        process_.look_for_orphans(Clock::now());
        return std::chrono::hours(1);
    }
    look(process_.wait({false, false, -1}, nanoseconds::zero()));
    if (is_running() && is_stopped_) drop_output();
    const bool is_busy = is_stopped_ || kill_at_ || is_output_closed_ || told_ != untold_.size();
    return is_busy ? milliseconds(10) : kBoundedWait;
}

// Does what process_.wait() has found to do.
void SourceProgram::look(ProgramChild::Ready ready) {
    write_some();
    if (ready.ended && !has_ended_) {
        has_ended_ = true;
        untold_.clear();
        told_ = 0;
        process_.kill_group();
    }
    if (has_ended_ && (is_refused_ || is_stopped_)) return bury();
    close_if_done();
    const auto now = Clock::now();
    if (!kill_at_ || now < *kill_at_) return;
    if (std::exchange(is_killed_, true)) {
        process_.abandon();
        return kill_at_.reset();
    }
    process_.kill_group();
    kill_at_ = now + ProgramChild::kEndAtKill;
}

// Ends a program that has closed its output and has all its receipts.
void SourceProgram::close_if_done() {
    if (!is_output_closed_ || has_ended_ || kill_at_ || told_ != untold_.size() || owes_()) return;
    process_.close_input();
    is_input_closed_ = true;
    kill_at_ = Clock::now() + plan_.end_patience;
}

std::optional<ProgramLines::Line> SourceProgram::next_line() {
    if (failure_) throw Failure(*failure_);
    if (auto line = lines_.next()) return line;
    if (std::exchange(may_take_rest_, false)) return lines_.take_rest();
    if (is_stopped_) return std::nullopt;
    if (!is_running()) {
        if (is_over_ || Clock::now() < start_at_) return std::nullopt;
        start();
        if (failure_) throw Failure(*failure_);
        if (!is_running()) return std::nullopt;
    }
    if (is_refused_) return std::nullopt;
    if (is_behind()) {
        if (!std::exchange(is_behind_told_, true)) {
            log(LogLevel::Warning,
                "{} does not read what becomes of its invoices: nothing more is taken from it until "
                "it does; a program that does not want to know closes its standard input",
                plan_.name);
        }
        return std::nullopt;
    }
    for (unsigned reads = 0; reads < kMostReads && read_some(); ++reads) {
        if (auto line = lines_.next()) return line;
    }
    if (failure_) throw Failure(*failure_);
    if (std::exchange(may_take_rest_, false)) return lines_.take_rest();
    return std::nullopt;
}

// Reads more of the program's output; returns false if there is nothing now. Once the program has ended and
// all is read, buries it.
bool SourceProgram::read_some() {
    const auto [outcome, bytes] = process_.read_output(lines_.room());
    if (outcome == ProgramChild::ReadOutcome::Read) {
        lines_.filled(bytes);
        return has_said_ = true;
    }
    if (has_ended_) {
        bury();
    } else if (outcome == ProgramChild::ReadOutcome::End) {
        is_output_closed_ = true;
    }
    return false;
}

void SourceProgram::refuse(const std::string& problem) {
    const auto now = Clock::now();
    if (now - started_at_ >= kLastRefusalDelay) {
        refusal_delay_ = kFirstRefusalDelay;
        refused_ = 0;
    }
    ++refused_;
    lines_.clear();
    may_take_rest_ = is_over_ = false;
    const std::string text = fmt::format("{} says what is not of its protocol: {}", plan_.name, problem);
    report_->set(SourceState::Unreadable, text);
    if (plan_.once && refused_ >= kMostRefused) {
        failure_.emplace(ExitStatus::NoInput, text);
    } else {
        warning_.tell(problem, text + "; it is started again, and gives again what it has no receipt for");
    }
    start_at_ = now + refusal_delay_;
    refusal_delay_ = std::min<nanoseconds>(refusal_delay_ * 2, kLastRefusalDelay);
    if (!is_running()) return;
    is_refused_ = true;
    process_.signal(SIGTERM);
    kill_at_ = now + ProgramChild::kEndAtTerm;
}

void SourceProgram::tell(std::string_view line) {
    if (!is_running() || has_ended_ || is_refused_ || is_input_closed_) return;
    untold_ += line;
}

void SourceProgram::write_some() {
    while (told_ != untold_.size()) {
        const auto [outcome, bytes] = process_.write_input(std::string_view(untold_).substr(told_));
        if (outcome == ProgramChild::WriteOutcome::Full) break;
        if (outcome == ProgramChild::WriteOutcome::Closed) {
            is_input_closed_ = true;
            told_ = untold_.size();
            break;
        }
        told_ += bytes;
    }
    if (told_ == untold_.size() || told_ > kKeepTold) untold_.erase(0, std::exchange(told_, 0));
}

void SourceProgram::drop_output() {
    lines_.clear();
    for (unsigned reads = 0; reads < kMostReads; ++reads) {
        const auto [outcome, bytes] = process_.read_output(lines_.room());
        if (outcome != ProgramChild::ReadOutcome::Read) return;
    }
}

void SourceProgram::wait(int signal_fd, nanoseconds bound) {
    if (lines_.has_line() || may_take_rest_) return;
    const bool will_start = !is_running() && !is_over_ && !is_stopped_;
    const auto at = will_start ? start_at_ : is_running() && kill_at_ ? *kill_at_ : Clock::time_point::max();
    bound = std::min<nanoseconds>(bound, std::max(at, Clock::now()) - Clock::now());
    ProgramChild::Wants wants{told_ != untold_.size(), !is_behind() && !is_refused_ && !has_ended_,
                              signal_fd};
    const auto ready = process_.wait(wants, bound);
    if (is_running()) look(ready);
}

// Reaps the program, all of whose output is read or thrown away.
void SourceProgram::bury() {
    const Cause cause = Cause::from_wait_status(last_status_ = process_.bury());
    has_ended_ = is_output_closed_ = false;
    kill_at_.reset();
    if (is_refused_ || is_stopped_) return lines_.clear();
    if (!WIFEXITED(last_status_) || WEXITSTATUS(last_status_) != 0) {
        const std::string said = process_.errors().tail(kMostReasonBytes);
        const std::string text = cause.text(nanoseconds::zero());
        if (lines_.take_rest())
            log(LogLevel::Debug, "{}: its last line has no end, and is left out", plan_.name);
        return ended_badly(said.empty() ? text : text + ": " + said);
    }
    may_take_rest_ = true;
    in_vain_ = refused_ = 0;
    refusal_delay_ = kFirstRefusalDelay;
    is_over_ = plan_.once;
    if (plan_.every || !owes_()) {
        start_at_ = started_at_ + plan_.every.value_or(kUsualEvery);
        again_delay_ = nanoseconds::zero();
    } else {
        // It has ended before it had all receipts: the next run hears them. A listing does so each time, so
        // the delay grows up to the usual one.
        again_delay_ = std::clamp<nanoseconds>(2 * again_delay_, kFirstAgainDelay, kUsualEvery);
        start_at_ = Clock::now() + again_delay_;
    }
}

void SourceProgram::ended_badly(const std::string& why) {
    if (is_new_) back_off_.got_further();
    back_off_.ended(Clock::now());
    start_at_ = back_off_.start_at();
    in_vain_ += is_new_ ? 0 : 1;
    is_in_doubt_ = true;
    const int status = WIFEXITED(last_status_) ? WEXITSTATUS(last_status_) : 0;
    const bool is_missing = status == kCannotExecute || status == kCannotExecute + 1;
    const std::string text = fmt::format("{} has ended: {}", plan_.name, why);
    if (is_missing && run_ == 1 && !has_said_) {
        failure_.emplace(ExitStatus::NoInput,
                         fmt::format("{}; --source needs a command that can be run", text));
        return;
    }
    if (plan_.once && in_vain_ >= kMostInVain) {
        failure_.emplace(
            ExitStatus::NoInput,
            fmt::format("{}; it has ended {} times in a row and given nothing new", text, kMostInVain));
        return;
    }
    report_->set(SourceState::Unreadable, text);
    warning_.tell(why.substr(0, why.find(':')), text + "; it is started again");
}

void SourceProgram::end() {
    is_stopped_ = true;
    const auto until = Clock::now() + plan_.end_patience;
    while (is_running() && told_ != untold_.size() && Clock::now() < until) {
        look(process_.wait({true, true, -1}, kBoundedWait));
        if (is_running()) drop_output();
    }
    if (!is_running()) return;
    process_.close_input();
    if (await_end(until)) return;
    log(LogLevel::Notice, "{} has not ended {} after the end of its input: it is ended by SIGTERM",
        plan_.name, to_readable_text(plan_.end_patience));
    process_.signal(SIGTERM);
    if (await_end(Clock::now() + std::min<nanoseconds>(plan_.end_patience, ProgramChild::kEndAtTerm))) return;
    process_.kill_group();
    if (!await_end(Clock::now() + ProgramChild::kEndAtKill)) process_.abandon();
}

// Returns true once the program has ended and is reaped.
bool SourceProgram::await_end(Clock::time_point until) {
    kill_at_.reset();
    while (is_running() && Clock::now() < until) {
        look(process_.wait({false, true, -1}, std::min<nanoseconds>(kBoundedWait, until - Clock::now())));
        if (is_running()) drop_output();
    }
    return !is_running();
}

}  // namespace pipeline
