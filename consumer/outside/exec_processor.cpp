// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/exec_processor.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "common/base/log.hpp"
#include "consumer/protocol/answer.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kEndAtEndOfInput{2};  // for a program with no more work
constexpr seconds kEndAtTerm{1};
constexpr milliseconds kBoundedWait{500};
constexpr std::size_t kMostReasonBytes = 200;
constexpr std::size_t kMostLeftAnswers = std::size_t{4} << 20U;  // most bytes to read from a dead program

}  // namespace

ExecProcessor::ExecProcessor(ExecPlan plan, RequestWriter requests)
    : plan_(std::move(plan)),
      requests_(std::move(requests)),
      child_(plan_.program),
      now_(plan_.item_timeout),
      notices_(child_.name()) {}

ExecProcessor::~ExecProcessor() {
    batch_ = nullptr;
    if (child_.is_running()) retire_child();
}

void ExecProcessor::process(Batch& batch) {
    batch_ = &batch;
    next_ = 0;
    while (!batch.is_done()) {
        const nanoseconds bound = look_after_batch();
        if (!child_.is_running() && !start(bound)) continue;
        ask();
        if (!child_.is_running() || batch.is_done()) continue;
        const auto ready =
            child_.wait(!now_.unsent().empty(),
                        now_.time_left(steady_clock::now(), std::min(bound, nanoseconds(kBoundedWait))));
        if (ready.input) send();
        if (ready.output) listen();
        if (!child_.is_running()) continue;
        if (ready.ended) {
            bury_dead();
        } else {
            check_time(steady_clock::now());
        }
    }
    batch_ = nullptr;
    if (child_.is_running() && !now_.is_idle()) end_child();  // the batch was given up
}

// Returns false if the program could not be started yet.
bool ExecProcessor::start(nanoseconds bound) {
    while (batch_->is_finished(next_)) ++next_;
    const auto now = steady_clock::now();
    if (now < start_delay_.start_at()) {
        static_cast<void>(child_.wait(false, std::min<nanoseconds>(bound, start_delay_.start_at() - now)));
        return false;
    }
    // Mark the attempt before the program runs: it may kill the consumer at once.
    batch_->begin(next_);
    now_ = Conversation(plan_.item_timeout);
    notices_.begin();
    answers_.clear();
    const auto mishap = child_.start(plan_.arguments, {});
    if (!mishap) {
        log(LogLevel::Debug, "{} started with pid {}", child_.name(), child_.pid());
        return true;
    }
    batch_->pause();
    const std::string why = child_.throw_unless_passing(*mishap);
    start_delay_.ended(now);
    notices_.cannot_start(why);
    return false;
}

// Fills the pipeline once half of it is empty, so that requests travel together.
void ExecProcessor::ask() {
    const bool is_enough = plan_.max_items != 0 && now_.asked_count() >= plan_.max_items;
    if (is_enough || now_.input_is_closed() || now_.is_failing()) {
        if (now_.is_idle()) retire_child();
        return;
    }
    if (now_.outstanding() * 2 > plan_.pipeline) return;
    const bool was_idle = now_.is_idle();
    if (was_idle) {
        listen();  // any output now is an answer without a request
        if (!child_.is_running()) return;
        if (!answers_.rest().empty()) return drop_surplus(answers_.rest());
    }
    for (; now_.outstanding() < plan_.pipeline && next_ < batch_->size(); ++next_) {
        if (batch_->is_finished(next_)) continue;
        if (plan_.spool && settle_without_file(*plan_.spool, *batch_, next_)) continue;
        if (plan_.max_items != 0 && now_.asked_count() >= plan_.max_items) break;
        request_.clear();
        requests_.append(request_, batch_->item(next_), batch_->attempt(next_));
        now_.ask(next_, request_);
    }
    if (was_idle && !now_.is_idle()) begin_first();
    send();
}

void ExecProcessor::send() {
    while (!now_.unsent().empty()) {
        const auto [outcome, bytes] = child_.write_input(now_.unsent());
        switch (outcome) {
            case ProgramChild::WriteOutcome::Written:
                now_.sent(bytes);
                break;
            case ProgramChild::WriteOutcome::Full:
                return;
            case ProgramChild::WriteOutcome::Closed:
                return notice_closed_input();
        }
    }
}

// Unsent requests go to the next program.
void ExecProcessor::notice_closed_input() {
    if (const auto taken_back = now_.close_input(steady_clock::now())) next_ = *taken_back;
}

void ExecProcessor::listen() {
    while (child_.is_running()) {
        const auto room = answers_.room();
        const auto [outcome, bytes] = child_.read_output(room);
        if (outcome == ProgramChild::ReadOutcome::End) now_.begin_failing(steady_clock::now());
        if (outcome != ProgramChild::ReadOutcome::Read) return;
        answers_.add(bytes);
        for (auto line = answers_.next(); line; line = answers_.next()) {
            take_answer(*line);
            if (!child_.is_running()) return;
        }
        if (answers_.is_too_long()) {
            return fail_first(Cause::not_understood(),
                              fmt::format("a line of more than {} bytes", kMaxAnswerBytes));
        }
        if (bytes < room.size()) return;
    }
}

void ExecProcessor::take_answer(std::string_view line) {
    if (now_.is_idle()) return drop_surplus(line);
    const std::size_t item = now_.first();
    if (const std::string wrong = read_answer(line, batch_->item(item).id_text(), batch_->result(item));
        !wrong.empty()) {
        return fail_first(Cause::not_understood(), wrong);
    }
    batch_->finish(item);
    now_.answered();
    start_delay_.got_further();
    if (!now_.is_idle()) begin_first();
}

// Starts the clock of the first request; later output does not restart it.
void ExecProcessor::begin_first() {
    batch_->begin(now_.first());
    now_.begin_first(steady_clock::now());
}

void ExecProcessor::check_time(TimePoint now) {
    switch (now_.overdue(now)) {
        case Conversation::Overdue::Nothing:
            return;
        case Conversation::Overdue::ClosedStream:
            return fail_first(Cause::closed_stream(), {});
        case Conversation::Overdue::RanTooLong:
            return fail_first(Cause::ran_too_long(), {});
    }
}

// Ends the program and charges the first invoice.
void ExecProcessor::fail_first(Cause cause, const std::string& said) {
    if (now_.is_idle()) return drop_surplus(said);
    end_child();
    charge_first(cause, said.empty() ? child_.errors().tail(kMostReasonBytes) : said);
}

// The program has ended by itself. Its earlier answers count.
void ExecProcessor::bury_dead() {
    child_.kill_group();
    for (std::size_t left = 0; left < kMostLeftAnswers && child_.is_running(); left += kMaxAnswerBytes) {
        const std::uint32_t answered = now_.answered_count();
        listen();
        if (now_.answered_count() == answered) break;
    }
    if (!child_.is_running()) return;
    const bool is_charged =
        !now_.is_idle() && (now_.answered_count() == 0 || now_.has_read_first(child_.unread_input()));
    const Cause cause = Cause::from_wait_status(child_.bury());
    if (is_charged) return charge_first(cause, child_.errors().tail(kMostReasonBytes));
    take_back();
    start_delay_.ended(steady_clock::now());
    notices_.ended_idle(cause.text(plan_.item_timeout));
}

void ExecProcessor::charge_first(Cause cause, const std::string& said) {
    const std::size_t item = now_.first();
    take_back();
    const auto now = steady_clock::now();
    notices_.failed(batch_->item(item).id_text(), batch_->attempt(item), cause.text(plan_.item_timeout),
                    said);
    if (batch_->charge(item, cause, said) == Batch::AfterCharge::GivenUp) start_delay_.got_further();
    start_delay_.ended(now);
}

void ExecProcessor::take_back() noexcept {
    if (!now_.is_idle()) next_ = now_.first();
    now_ = Conversation(plan_.item_timeout);
}

void ExecProcessor::drop_surplus(std::string_view line) {
    notices_.surplus(line);
    end_child();
    start_delay_.ended(steady_clock::now());
}

// Ends the program at once.
void ExecProcessor::end_child() {
    child_.signal(SIGTERM);
    if (!wait_for_end(kEndAtTerm)) {
        child_.kill_group();
        if (!wait_for_end(ProgramChild::kEndAtKill)) return child_.abandon();
    }
    child_.bury();
}

// Ends the program in good order: it sees the end of its input.
void ExecProcessor::retire_child() {
    child_.close_input();
    if (wait_for_end(kEndAtEndOfInput)) {
        child_.bury();
    } else {
        end_child();
    }
    start_delay_.got_further();
    start_delay_.ended(steady_clock::now());
}

bool ExecProcessor::wait_for_end(nanoseconds bound) {
    const auto until = steady_clock::now() + bound;
    while (true) {
        const nanoseconds most = batch_ == nullptr ? nanoseconds(kBoundedWait) : look_after_batch();
        const auto left = until - steady_clock::now();
        const auto ready = child_.wait(false, std::min<nanoseconds>(most, left));
        if (ready.ended) return true;
        if (ready.output) drop_output();
        if (left <= nanoseconds::zero()) return false;
    }
}

// Discards the output of a child that is being ended.
void ExecProcessor::drop_output() {
    answers_.clear();
    const auto room = answers_.room();
    const auto [outcome, bytes] = child_.read_output(room);
    const bool is_surplus = outcome == ProgramChild::ReadOutcome::Read && now_.is_idle();
    if (is_surplus) notices_.surplus({room.data(), bytes});
}

void ExecProcessor::look_after() {
    const auto now = steady_clock::now();
    child_.look_for_orphans(now);
    if (!child_.is_running()) return;
    const auto ready = child_.wait(false, nanoseconds::zero());
    if (ready.output) listen();
    if (!child_.is_running()) return;
    if (!answers_.rest().empty()) return drop_surplus(answers_.rest());
    if (ready.ended) {
        bury_dead();
    } else if (now_.is_failing()) {
        retire_child();
    }
}

nanoseconds ExecProcessor::look_after_batch() {
    const auto before = steady_clock::now();
    const nanoseconds bound = batch_->look_after(before);
    now_.leave_out(steady_clock::now() - before);
    return bound;
}

}  // namespace pipeline
