// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/exec_processor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/duration_text.hpp"
#include "common/base/log.hpp"
#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

using std::chrono::steady_clock;
constexpr std::size_t kMostLeftAnswers = std::size_t{4} << 20U;  // most bytes to read from a dead program

}  // namespace

ExecProcessor::ExecProcessor(ExecPlan plan, RequestWriter requests)
    : plan_(std::move(plan)),
      requests_(std::move(requests)),
      notices_(plan_.program.name, plan_.is_ours),
      child_(plan_.program, plan_.limits, notices_, [this] { return look_after_batch(); }),
      now_(child_.conversation()),
      starts_(plan_.program.name) {}

ExecProcessor::~ExecProcessor() {
    batch_ = nullptr;
    if (child_.is_running()) child_.retire();
}

void ExecProcessor::process(Batch& batch) {
    batch_ = &batch;
    requests_.refuse_unsendable(batch);
    choose_first(batch);
    while (!batch.is_done()) {
        const std::chrono::nanoseconds bound = look_after_batch();
        if (batch.is_done() || (!child_.is_running() && !start(bound))) continue;
        ask();
        if (child_.is_running() && !batch.is_done()) converse(std::min(bound, batch.until_permit()));
    }
    if (batch.is_left() && !batch.is_given_up()) leave();
    batch_ = nullptr;
    if (child_.is_running() && !now_.is_idle()) child_.end();  // the batch was given up
}

// Waits at most `bound` until the program reads, writes or ends, and handles that.
void ExecProcessor::converse(std::chrono::nanoseconds bound) {
    const auto ready = child_.wait(bound);
    if (ready.input) send();
    look_at_pipe();
    if (ready.output) listen();
    if (!child_.is_running()) return;
    ready.ended ? bury_dead() : check_time();
}

// Starts the program. Returns false if it could not be started yet.
bool ExecProcessor::start(std::chrono::nanoseconds bound) {
    while (next_ < batch_->size() && batch_->is_finished(next_)) ++next_;
    const auto entry = batch_->enter(next_);
    if (entry == Batch::Entry::Finished) return false;
    const std::chrono::nanoseconds delay = starts_.next_at() - steady_clock::now();
    if (entry == Batch::Entry::Later || delay > delay.zero() || !batch_->take_permit()) {
        child_.rest(std::min(bound, delay > delay.zero() ? delay : batch_->until_permit()));
        return false;
    }
    // Mark the attempt before the program runs: the program may kill the consumer at once.
    if (!batch_->begin_start(next_)) return false;
    const auto mishap = child_.start(plan_.arguments);
    if (!mishap) {
        log(LogLevel::Debug, "{} started with pid {}", plan_.program.name, child_.process().pid());
        return true;
    }
    batch_->use_permit();
    batch_->pause();
    batch_->save();  // the next line may throw, which ends the consumer
    notices_.cannot_start(child_.process().throw_unless_passing(*mishap));
    starts_.ended();
    return false;
}

// Sends further requests once at most half of --pipeline is outstanding, so that requests travel together.
void ExecProcessor::ask() {
    const bool is_enough = plan_.max_items != 0 && now_.asked_count() >= plan_.max_items;
    if (is_enough || now_.input_is_closed() || now_.is_failing()) {
        if (now_.is_idle()) retire_child();
        return;
    }
    if (now_.outstanding() * 2 > most_outstanding()) return;
    const bool was_idle = now_.is_idle();
    if (was_idle) {
        listen();  // any output now is an answer without a request
        if (!child_.is_running()) return;
        if (!child_.begun_answer().empty()) return drop_surplus(child_.begun_answer());
    }
    ask_for_more();
    if (now_.is_idle()) return;
    begin_work();  // before send(): each request that the program reads may kill the consumer
    if (was_idle) now_.begin_first(steady_clock::now());
    send();
}

void ExecProcessor::ask_for_more() {
    for (; next_ < batch_->size() && now_.outstanding() < most_outstanding(); ++next_) {
        if (batch_->is_finished(next_)) continue;
        const auto entry = batch_->enter(next_);
        if (entry == Batch::Entry::Later) return;
        if (entry == Batch::Entry::Finished) continue;
        if (plan_.spool && settle_without_file(*plan_.spool, *batch_, next_)) continue;
        if (plan_.max_items != 0 && now_.asked_count() >= plan_.max_items) return;
        if (!batch_->take_permit()) return;
        batch_->use_permit();
        request_.clear();
        requests_.append(request_, batch_->invoice(next_), batch_->attempt(next_));
        now_.ask(next_, request_);
    }
}

// Sends requests. If the program has closed its input, takes back the requests that it has not read.
void ExecProcessor::send() {
    if (child_.send()) return;
    look_at_pipe();
    if (const auto taken_back = now_.close_input()) next_ = *taken_back;
}

void ExecProcessor::look_at_pipe() {
    if (now_.is_idle() || !child_.is_running()) return;
    child_.look_at_pipe();
    if (!now_.is_starting()) begin_work();
}

void ExecProcessor::listen() {
    for (auto line = child_.first_line(); line; line = child_.next_line()) take_answer(*line);
    if (!child_.is_running() || !child_.line_is_too_long()) return;
    fail(Cause::not_understood(), fmt::format("a line of more than {} bytes", ExecChild::kMaxAnswerBytes));
}

void ExecProcessor::take_answer(std::string_view line) {
    if (now_.is_idle()) return drop_surplus(line);
    look_at_pipe();
    const Teller teller = plan_.is_ours ? Teller::Ours : Teller::Program;
    Answer answer = read_answer(line, batch_->result(now_.item(0)), teller);
    if (answer.kind == Answer::Kind::None) return fail(Cause::not_understood(), answer.problem);
    const std::size_t number =
        now_.find([&](std::size_t item) { return answer.may_be_for(batch_->invoice(item).id); });
    if (number == now_.outstanding() || (!answer.id && now_.is_unordered())) {
        return fail(Cause::not_understood(),
                    answer.id ? "JSON whose id is that of another invoice: " + pipeline::quoted(*answer.id)
                              : "no id, though answers come in any order");
    }
    if (!now_.has_begun_to_read(0)) return drop_surplus(line);
    if (!now_.has_read(number))
        return fail(Cause::not_understood(), "an answer to a request that it had not read");
    const std::size_t item = now_.item(number);
    if (number != 0) answer = read_answer(line, batch_->result(item), teller);
    notices_.odd_answer(answer);
    if (answer.kind == Answer::Kind::Understood) {
        batch_->finish(item);
    } else {
        batch_->refuse(item, fmt::format("{}: {}", Cause::not_understood().text({}), answer.problem));
    }
    now_.answered(number);
    starts_.got_further();
    if (now_.is_idle()) return;
    begin_work();
    if (number == 0) now_.begin_first(steady_clock::now());
}

void ExecProcessor::check_time() {
    switch (now_.overdue(steady_clock::now())) {
        case Conversation::Overdue::Nothing:
            return;
        case Conversation::Overdue::ClosedStream:
            return fail(Cause::closed_stream());
        case Conversation::Overdue::RanTooLong:
            return fail(Cause::ran_too_long(), {}, notices_.silent_hint(plan_.limits.item_timeout));
        case Conversation::Overdue::NeverRead:
            child_.end();
            take_back();
            return end_uncharged(true,
                                 "it has read nothing for " + to_readable_text(plan_.limits.start_timeout));
    }
}

void ExecProcessor::fail(Cause cause, std::string said, const char* if_silent) {
    if (now_.is_idle()) return drop_surplus(said);
    const std::size_t read_count = now_.read_count();
    const bool is_silent = now_.is_silent();
    child_.end();
    if (said.empty()) said = child_.last_words();
    if (said.empty() && is_silent) said = if_silent;
    settle(read_count, cause, said);
}

// Handles a program that has ended by itself. First takes the answers that it wrote before its end.
void ExecProcessor::bury_dead() {
    child_.kill_group();
    for (std::size_t left = 0; left < kMostLeftAnswers && child_.is_running();
         left += ExecChild::kMaxAnswerBytes) {
        const std::uint32_t answered = now_.answered_count();
        listen();
        if (now_.answered_count() == answered) break;
    }
    if (!child_.is_running()) return;
    look_at_pipe();
    const int wait_status = child_.bury();
    std::string said = child_.last_words();
    if (wait_status == 0 && said.empty() && now_.read_count() > 0) said = "it ended without an answer";
    settle(now_.read_count(), Cause::from_wait_status(wait_status), said);
}

// Asks the program to end, and takes the answers that it still gives.
void ExecProcessor::leave() {
    is_leaving_ = true;
    if (!child_.is_running() || now_.is_idle()) return;
    child_.ask_to_end();
    const auto until = steady_clock::now() + ProgramChild::kEndAtTerm;
    now_.send_no_more();
    while (child_.is_running() && !now_.is_idle() && steady_clock::now() < until)
        converse(std::min<std::chrono::nanoseconds>(look_after_batch(), until - steady_clock::now()));
    if (child_.is_running()) child_.await_end(until);
    take_back();
    batch_->pause();
}

// Decides about the outstanding requests of a program that is gone: it had read `read_count` of them. If it
// got the one that it had read while it had another one, that other one may be at fault.
void ExecProcessor::settle(std::size_t read_count, Cause cause, const std::string& said) {
    if (is_leaving_) return take_back();
    const bool is_alone = now_.outstanding() == 1 || read_count == 1;
    if (is_alone && now_.has_begun_to_read(0) && now_.was_asked_alone(0)) return charge_first(cause, said);
    if (read_count > 0) suspects_ = now_.item(read_count - 1) + 1;
    const bool is_vain = read_count == 0 && now_.answered_count() == 0;
    take_back();
    const std::string why = cause.text(plan_.limits.item_timeout) + (said.empty() ? "" : ": ") + said;
    if (read_count > 0) notices_.suspects(read_count, why);
    if (read_count == 0 && !is_vain) notices_.ended_idle(why);
    end_uncharged(is_vain, why);
}

void ExecProcessor::charge_first(Cause cause, const std::string& said) {
    const std::size_t item = now_.item(0);
    take_back();
    starts_.charged();
    notices_.failed(batch_->invoice(item).id, batch_->attempt(item), cause.text(plan_.limits.item_timeout),
                    said);
    if (batch_->charge(item, cause, said) == Batch::AfterCharge::Finished) starts_.got_further();
    starts_.ended();
}

// Handles a program's end that charges no invoice. `is_vain`: see ProgramStarts::ended_in_vain().
void ExecProcessor::end_uncharged(bool is_vain, const std::string& why) {
    if (batch_ != nullptr) batch_->pause();
    if (is_leaving_) return;
    if (!is_vain) return starts_.ended();
    notices_.ended_starting(why);
    starts_.ended_in_vain(why);
}

void ExecProcessor::drop_surplus(std::string_view line) {
    notices_.surplus(line);
    const bool is_vain = now_.answered_count() == 0;
    child_.end();
    take_back();
    end_uncharged(is_vain, "it answered a request that it had not read");
}

void ExecProcessor::retire_child() {
    if (now_.answered_count() == 0) {
        child_.end();
        return end_uncharged(true, "it closed its input or output");
    }
    child_.retire();
    starts_.got_further();
    starts_.ended();
}

void ExecProcessor::look_after() {
    child_.look_for_orphans();
    if (!child_.is_running()) return;
    const auto ready = child_.wait(std::chrono::nanoseconds::zero());
    if (ready.output) listen();
    if (!child_.is_running()) return;
    if (!child_.begun_answer().empty()) return drop_surplus(child_.begun_answer());
    if (ready.ended) return bury_dead();
    if (now_.is_failing()) retire_child();
}

// Calls Batch::look_after() if there is a batch. There is none if a program is ended between two batches.
std::chrono::nanoseconds ExecProcessor::look_after_batch() {
    if (batch_ == nullptr) return std::chrono::nanoseconds::max();
    const auto before = steady_clock::now();
    const std::chrono::nanoseconds bound = batch_->look_after(before);
    now_.leave_out(steady_clock::now() - before);
    return bound;
}

}  // namespace pipeline
