// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/each_processor.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <sysexits.h>

#include <algorithm>
#include <utility>

#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBoundedWait{500};
constexpr milliseconds kStartAgain{100};  // delay before a retry when the system is out of processes
constexpr std::size_t kOutputBytes = 65'536;
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

}  // namespace

EachProcessor::EachProcessor(EachPlan plan, CommandTemplate command)
    : plan_(std::move(plan)),
      command_(std::move(command)),
      environment_(plan_.source, plan_.place),
      child_(plan_.program),
      bytes_(kOutputBytes),
      notices_(child_.name()) {}

void EachProcessor::process(Batch& batch) {
    not_before_ = {};
    while (!batch.is_done()) {
        const nanoseconds bound = batch.look_after(steady_clock::now());
        if (batch.is_done()) return;
        const std::size_t i = choose(batch);
        const auto now = steady_clock::now();
        if (not_before_[i] > now) {
            static_cast<void>(child_.wait(false, std::min<nanoseconds>(bound, not_before_[i] - now)));
        } else if (const auto entry = batch.enter(i); entry != Batch::Entry::Begin) {
            if (entry == Batch::Entry::Later) not_before_[i] = now + Batch::kAdmitAgain;
        } else if (batch.take_permit()) {
            run(batch, i);
        } else {
            static_cast<void>(child_.wait(false, std::min(bound, batch.until_permit())));
        }
    }
}

void EachProcessor::look_after() {
    child_.look_for_orphans(steady_clock::now());
}

milliseconds EachProcessor::retry_delay(std::uint32_t attempts) noexcept {
    milliseconds delay = kFirstRetry;
    for (std::uint32_t i = 1; i < attempts && delay < kLastRetry; ++i) delay *= 2;
    return std::min(delay, kLastRetry);
}

// Returns the unfinished item that is due first. Items that need not wait come first, in the hand's order.
std::size_t EachProcessor::choose(const Batch& batch) const noexcept {
    std::size_t chosen = batch.size();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch.is_finished(i)) continue;
        if (chosen == batch.size() || not_before_[i] < not_before_[chosen]) chosen = i;
    }
    return chosen;
}

void EachProcessor::run(Batch& batch, std::size_t i) {
    if (!start(batch, i)) return;
    const End end = wait_for_end(batch);
    child_.kill_group();
    read_output();
    int wait_status = 0;
    if (end == End::Never) {
        child_.abandon();
    } else {
        wait_status = child_.bury();
    }
    // A program that was asked to end may say "success" and have done half of its work.
    if (batch.is_given_up() || (batch.is_left() && end != End::InTime)) return batch.pause();
    if (end == End::InTime) {
        judge(batch, i, wait_status);
    } else {
        static_cast<void>(batch.charge(i, Cause::ran_too_long(), complaint()));
    }
    if (plan_.keep_output && batch.is_finished(i)) keep_output(batch, i);
}

// Adds the program's output to the result of item i, which is finished and not saved yet.
void EachProcessor::keep_output(Batch& batch, std::size_t i) const {
    batch.result(i).extra = std::make_unique<ExtraText>(ExtraText{Extra::Output, kept_output_.text()});
}

// Starts the program for item i. Returns false if the system cannot start it now, if the invoice's file is
// missing, or if the batch was given up.
bool EachProcessor::start(Batch& batch, std::size_t i) {
    const Acquired invoice = batch.invoice(i);
    const auto id = invoice.id;
    if (plan_.spool && settle_without_file(*plan_.spool, batch, i)) return false;
    batch.use_permit();  // a start that fails also costs the permit
    // Mark the attempt before the program runs: the program may kill the consumer at once.
    if (!batch.begin(i)) return false;
    const std::uint32_t attempt = batch.attempt(i);
    if (const auto mishap = child_.start(command_.fill(invoice, attempt), id,
                                         environment_.of_attempt(id, attempt), invoice.body)) {
        batch.pause();
        batch.save();  // the next line may throw, which ends the consumer
        const std::string why = child_.throw_unless_passing(*mishap);
        not_before_[i] = steady_clock::now() + kStartAgain;
        notices_.cannot_start(why);
        return false;
    }
    output_.clear();
    kept_output_.clear();
    return true;
}

EachProcessor::End EachProcessor::wait_for_end(Batch& batch) {
    auto limit = plan_.item_timeout;
    int signal = SIGTERM;  // to send when `limit` is over; 0: SIGKILL was sent
    auto since = steady_clock::now();
    while (true) {
        const auto before = steady_clock::now();
        nanoseconds bound = batch.look_after(before);
        const auto now = steady_clock::now();
        since += now - before;  // the time of look_after() does not count
        if (batch.is_given_up() && signal != 0) {
            child_.signal(SIGKILL);
            signal = 0;
            limit = ProgramChild::kEndAtKill;
            since = now;
        } else if (batch.is_left() && signal == SIGTERM) {
            if (child_.wait(false, nanoseconds::zero()).ended) return End::InTime;
            child_.signal(SIGTERM);
            signal = SIGKILL;
            limit = ProgramChild::kEndAtTerm;
            since = now;
        }
        if (limit > nanoseconds::zero()) bound = std::min<nanoseconds>(bound, since + limit - now);
        const auto ready = child_.wait(false, std::min<nanoseconds>(bound, kBoundedWait));
        if (ready.ended) return signal == SIGTERM ? End::InTime : End::Late;
        if (ready.output) read_output();
        if (limit == nanoseconds::zero() || steady_clock::now() - since < limit) continue;
        if (signal == 0) return End::Never;
        child_.signal(signal);
        limit = signal == SIGTERM ? ProgramChild::kEndAtTerm : ProgramChild::kEndAtKill;
        signal = signal == SIGTERM ? SIGKILL : 0;
        since = steady_clock::now();
    }
}

// Reads the program's output that is available, but at most kMostAtOnce buffers.
void EachProcessor::read_output() {
    constexpr int kMostAtOnce = 64;  // most reads in a row; then other work gets its turn
    for (int i = 0; i < kMostAtOnce; ++i) {
        const auto [outcome, bytes] = child_.read_output(bytes_);
        if (outcome != ProgramChild::ReadOutcome::Read) return;
        output_.take({bytes_.data(), bytes});
        if (plan_.keep_output) kept_output_.take({bytes_.data(), bytes});
        if (bytes < bytes_.size()) return;
    }
}

void EachProcessor::judge(Batch& batch, std::size_t i, int wait_status) {
    const int status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    const Cause cause = Cause::from_wait_status(wait_status);
    batch.note_exit(cause.exit_status());
    if (status == EX_OK) {
        batch.result(i).set(Status::Booked);
        return batch.finish(i);
    }
    if (status == EX_DATAERR) {
        const std::string said = last_words();
        batch.result(i).set(Status::Rejected, said.empty() ? cause.text(plan_.item_timeout) : said);
        return batch.finish(i);
    }
    std::string said = complaint();
    // The program has started, but shells and env(1) exit with these two statuses if they cannot run a
    // command.
    if (said.empty() && status == kNotFound) said = child_.name() + ", or a command of it, was not found";
    if (said.empty() && status == kNotExecutable)
        said = child_.name() + ", or a command of it, cannot be executed";
    if ((status == kNotFound || status == kNotExecutable) && batch.hold(i, cause, said)) return;
    const std::uint32_t attempt = batch.attempt(i);
    if (batch.charge(i, cause, said) == Batch::AfterCharge::TryAgain && status == EX_TEMPFAIL) {
        not_before_[i] = steady_clock::now() + retry_delay(attempt);
    }
}

// Returns the last line of the program's standard error, preceded by the line that looks most like an error.
// If standard error is empty, returns the last line of its standard output.
std::string EachProcessor::complaint() const {
    const std::string words = child_.errors().tail(0);
    return words.empty() ? last_words() : words;
}

// Returns the last line of the program's standard error or, if there is none, of its standard output.
std::string EachProcessor::last_words() const {
    std::string words;
    clean_text(child_.errors().last(), words);
    if (words.empty()) clean_text(output_.get(), words);
    return words;
}

}  // namespace pipeline
