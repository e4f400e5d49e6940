// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/plural.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kFirstDelay{50};
constexpr milliseconds kLastDelay{2000};
// A closed connection is noticed after this time at the latest.
constexpr milliseconds kLookAtConnection{200};
constexpr milliseconds kLastMessages{1000};
constexpr milliseconds kFirstEndDelay{5};
constexpr milliseconds kLastEndDelay{500};
// A stream that is deleted and made anew while nothing is asked for tells nobody: it is looked at so often.
constexpr milliseconds kLookAgain{5000};
// The most receipts or extensions between two looks at what has arrived.
constexpr unsigned kMostAtOnce = 4096;

}  // namespace

NatsWorker::NatsWorker(NatsPlan plan, std::shared_ptr<NatsState> state)
    : plan_(std::move(plan)), state_(std::move(state)), delay_(kFirstDelay), end_delay_(kFirstEndDelay) {
    for (const std::uint64_t sequence : plan_.held) held_.add_old(sequence);
    // Pipelines that start together take different servers.
    next_server_ = std::random_device()() % plan_.address.servers.size();
}

void NatsWorker::run() {
    while (true) {
        auto now = Clock::now();
        take_orders(now);
        if (!session_ && now >= connect_at_) connect(now);
        now = Clock::now();
        if (session_) serve(now);
        if (is_stopped_) await_last_messages(Clock::now());
        if (finish_by_ && finish(now)) break;
        wait(now);
    }
    session_.reset();
    const std::lock_guard lock(state_->mutex);
    state_->has_finished = true;
    state_->signal();
}

// Takes what the producer has decided since the last call.
void NatsWorker::take_orders(Clock::time_point now) {
    std::vector<NatsState::Done> done;
    {
        const std::lock_guard lock(state_->mutex);
        done.swap(state_->done);
        accepted_ = state_->accepted;
        is_stopped_ = state_->is_stopped;
        finish_by_ = state_->finish_by;
        is_wanted_ = !is_stopped_ && now < state_->wanted_until;
        most_wanted_ = state_->most_wanted;
        is_emptied_ = state_->is_emptied;
        state_->is_crowded = is_crowded();
        if (!session_) state_->arrived.clear();  // of an earlier session: messages come again
        queued_ = state_->incoming.size() + state_->handed;
        queued_bytes_ = state_->incoming_bytes;
    }
    for (const NatsState::Done& each : done) {
        using What = NatsState::Done::What;
        held_.remove(each.sequence);
        if (each.what == What::Acknowledge) receipts_.push_back(each.sequence);
        if (each.what == What::GiveBack && is_trusted()) say(each.sequence, kGiveBack);
        ++happened_;
    }
}

// The server may soon deliver nothing more before it has acknowledgements.
bool NatsWorker::is_crowded() const noexcept {
    if (!session_ || !session_->has_answers()) return false;
    const std::uint64_t most = session_->consumer().max_ack_pending;
    return most != 0 && held_.size() >= most / 4;
}

void NatsWorker::connect(Clock::time_point now) {
    const std::string& server = plan_.address.servers[next_server_];
    next_server_ = (next_server_ + 1) % plan_.address.servers.size();
    try {
        session_ = std::make_unique<NatsSession>(++sessions_, server, plan_, state_);
        bound_.set_round_trip(session_->round_trip());
        ask_at_ = now;
    } catch (const NatsTrouble& why) {
        session_.reset();
        trouble(fmt::format("no connection to NATS: {}{}", why.what(),
                            why.is_denied() ? "; check NATS_CREDS, or NATS_USER and NATS_PASSWORD_FILE" : ""),
                now);
    } catch (const Failure& why) {
        session_.reset();
        trouble(why.what(), now);
    }
    connect_at_ = Clock::now() + delay_;
    delay_ = std::min(delay_ * 2, kLastDelay);
}

void NatsWorker::end_session(const std::string& why, Clock::time_point now) {
    trouble(fmt::format("no connection to NATS: {}: {}", session_->server(), why), now);
    session_.reset();
    is_usable_ = false;
    const std::lock_guard lock(state_->mutex);
    state_->is_over = false;
}

// The stream is the one that the messages in the pipeline come from.
bool NatsWorker::is_trusted() const noexcept {
    return session_ && session_->mark() && session_->mark() == accepted_;
}

void NatsWorker::serve(Clock::time_point now) {
    look_at_arrived(now);
    if (session_->connection().is_closed()) {
        const std::string why = session_->connection().last_error();
        return end_session(why.empty() ? "the connection is closed" : why, now);
    }
    if (session_->is_asking() && now >= session_->unanswered_at()) {
        constexpr unsigned kMostUnanswered = 3;
        const std::string why = session_->connection().last_error();
        const std::string text = fmt::format("JetStream does not answer{}{}", why.empty() ? "" : ": ", why);
        if (session_->note_unanswered() == kMostUnanswered) return end_session(text, now);
        trouble(session_->server() + ": " + text, now);
        ask_at_ = now;
    }
    if (!session_->is_asking() && now >= ask_at_) {
        ask_at_ = Clock::time_point::max();
        asked_when_ = happened_;
        session_->ask(now);
    }
    if (session_->pull().is_lost(now)) {
        session_->pull().ended(now, nanoseconds(0));
        if (++silent_ == 2) return end_session("it has lost the requests for messages", now);
        ask_at_ = std::min(ask_at_, now);
    }
    if (session_->mark() && !is_trusted()) {
        // Another stream: these sequences are other messages there. The producer accepts it once the pipeline
        // has nothing of the old one.
        held_.clear();
        receipts_.clear();
        return;
    }
    if (!is_trusted()) return;
    publish_receipts();
    extend(now);
    if (!is_wanted_) let_go();
    if (is_usable_ && is_wanted_) pull(now);
    look_for_end(now);
}

void NatsWorker::say(std::uint64_t sequence, std::string_view what) {
    session_->connection().publish(ack_subject(plan_.address, sequence), what);
}

void NatsWorker::publish_receipts() {
    for (unsigned count = 0; count < kMostAtOnce && !receipts_.empty(); ++count) {
        say(receipts_.front(), kAck);
        receipts_.pop_front();
    }
}

void NatsWorker::extend(Clock::time_point now) {
    for (unsigned count = 0; count < kMostAtOnce; ++count) {
        const auto due = held_.next_due(now);
        if (!due) return;
        say(*due, kExtend);
    }
}

void NatsWorker::pull(Clock::time_point now) {
    const WorkProgress progress = plan_.progress();
    bound_.note(progress, now);
    PullState& pull = session_->pull();
    lacks_room_ = false;
    if (!pull.may_begin(now)) return;
    const std::uint64_t unfinished =
        progress.pushed > progress.finished ? progress.pushed - progress.finished : 0;
    const std::uint64_t most = std::min<std::uint64_t>(bound_.most(), unfinished + most_wanted_);
    const std::uint64_t used = unfinished + queued_;
    // A request for a few messages costs as much as one for many.
    const std::uint64_t worth_it = 1 + most / 16;
    lacks_room_ = used + worth_it > most || queued_bytes_ >= PullState::kMostBytes;
    if (!lacks_room_) static_cast<void>(session_->request(most - used, now));
}

// After a stop: waits shortly until the server has read that nothing more is wanted, and tells the producer,
// which waits for that.
void NatsWorker::await_last_messages(Clock::time_point now) {
    if (std::exchange(has_let_go_, true)) return;
    if (session_) {
        session_->let_go();
        if (session_->connection().await_unsubscribed(kLastMessages)) look_at_arrived(now);
    }
    const std::lock_guard lock(state_->mutex);
    state_->has_let_go = true;
    state_->signal();
}

// Gives back the messages that are here and that the producer does not take, so that others may have them.
void NatsWorker::let_go() {
    session_->let_go();
    if (is_stopped_ && !is_emptied_ && !finish_by_) return;
    std::deque<NatsState::Incoming> back;
    {
        const std::lock_guard lock(state_->mutex);
        back.swap(state_->incoming);
        state_->incoming_bytes = 0;
    }
    for (const auto& each : back) {
        held_.remove(each.delivery.sequence);
        say(each.delivery.sequence, kGiveBack);
    }
}

// With --once: asks soon whether the consumer has anything left, if something has happened since the last
// question and nothing is held here.
void NatsWorker::look_for_end(Clock::time_point now) {
    if (!plan_.once || session_->is_asking() || held_.size() != 0 || !receipts_.empty()) return;
    if (happened_ == asked_when_) return;
    end_delay_ = kFirstEndDelay;
    ask_at_ = std::min(ask_at_, now + end_delay_);
}

// Returns after how long stream and consumer are looked at again while all is well: with --once at growing
// intervals, until the consumer has nothing left.
milliseconds NatsWorker::next_look() noexcept {
    if (!plan_.once || held_.size() != 0) return kLookAgain;
    return std::exchange(end_delay_, std::min(end_delay_ * 2, kLastEndDelay));
}

// Returns true if nothing is left to do, or no time. Gives back the messages that the server has delivered by
// then and nobody has taken.
bool NatsWorker::finish(Clock::time_point now) {
    const auto left = std::chrono::ceil<milliseconds>(*finish_by_ - now);
    const bool is_late = left <= milliseconds(0);
    const bool is_open = session_ && is_trusted();
    if (is_open && receipts_.empty()) {
        let_go();
        NatsConnection& connection = session_->connection();
        if (connection.await_unsubscribed(std::max(left, milliseconds(1)))) look_at_arrived(now);
        let_go();
        if (connection.flush(std::max(left, milliseconds(1)))) return true;
    }
    if (receipts_.empty() || is_late) {
        if (!receipts_.empty()) {
            log(LogLevel::Notice,
                "no time is left for {} to NATS, whose invoices are in the ledger: the messages come again, "
                "and "
                "are recognised",
                counted(receipts_.size(), "receipt"));
        }
        return true;
    }
    return false;
}

void NatsWorker::wait(Clock::time_point now) {
    auto until = now + (session_ ? kLookAtConnection : kLastDelay);
    if (!session_) {
        until = std::min(until, connect_at_);
    } else {
        until = std::min({until, ask_at_, session_->unanswered_at(), session_->pull().lost_at()});
        if (is_trusted()) until = std::min(until, held_.due_at());
        const bool may_pull = is_trusted() && is_usable_ && is_wanted_ && !session_->pull().is_open();
        if (may_pull) until = std::min(until, std::max(session_->pull().not_before(), now + bound_.tick()));
        if (is_trusted() && !receipts_.empty()) until = now;
    }
    if (finish_by_) until = std::min(until, std::max(*finish_by_, now + milliseconds(1)));
    std::unique_lock lock(state_->mutex);
    const auto stopped = is_stopped_;
    state_->wake.wait_until(lock, until, [&] {
        return !state_->arrived.empty() || !state_->done.empty() || state_->is_stopped != stopped ||
               state_->finish_by.has_value() != finish_by_.has_value() || state_->accepted != accepted_ ||
               (!is_wanted_ && !state_->is_stopped && Clock::now() < state_->wanted_until);
    });
}

}  // namespace pipeline
