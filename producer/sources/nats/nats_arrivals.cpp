// SPDX-License-Identifier: Apache-2.0
// Takes what arrives: messages, answers, and statuses of requests.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/printable.hpp"
#include "producer/sources/nats/nats_worker.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kMostShown = 200;
// How long to wait before the server is asked again whether stream and consumer can be used now.
constexpr milliseconds kAskAgain{1000};
// So many refusals of requests in a row are a trouble.
constexpr unsigned kMostRefusals = 5;

// Statuses of requests (NATS ADR-13, pull requests).
constexpr std::string_view kHeartbeat = "100";
constexpr std::string_view kNoMessages = "404";
constexpr std::string_view kExpired = "408";
constexpr std::string_view kTooLarge = "Message Size Exceeds MaxBytes";

}  // namespace

void NatsWorker::look_at_arrived(Clock::time_point now) {
    std::deque<NatsMessage> arrived;
    {
        const std::lock_guard lock(state_->mutex);
        arrived.swap(state_->arrived);
    }
    for (NatsMessage& message : arrived) look_at(std::move(message), now);
}

void NatsWorker::look_at(NatsMessage message, Clock::time_point now) {
    if (message.session != session_->number()) return;  // it comes again
    if (const auto delivery = read_ack_subject(message.reply))
        return take_message(std::move(message), *delivery, now);
    if (session_->is_of_request(message.subject)) return take_status(message, now);
    take_answer(message, now);
}

void NatsWorker::take_message(NatsMessage message, const Delivery& delivery, Clock::time_point now) {
    ++happened_;
    silent_ = 0;
    session_->pull().delivered(now);
    // Delivered again while it is here: the one receipt answers for all deliveries.
    const bool is_here = held_.contains(delivery.sequence);
    held_.add(delivery.sequence, now);
    if (is_here) return;
    const std::lock_guard lock(state_->mutex);
    state_->is_over = false;
    state_->pending = delivery.pending;
    state_->incoming_bytes += message.data.size();
    ++queued_;
    queued_bytes_ += message.data.size();
    state_->incoming.push_back({delivery, std::move(message.id), std::move(message.data)});
    if (state_->incoming.size() == 1) state_->signal();
}

void NatsWorker::take_answer(const NatsMessage& message, Clock::time_point now) {
    try {
        if (!session_->take_answer(message)) return;
    } catch (const NatsTrouble& why) {
        is_usable_ = false;
        ask_at_ = now + kAskAgain;
        return trouble(why.what(), now);
    } catch (const Failure& why) {
        is_usable_ = false;
        ask_at_ = now + kAskAgain;
        if (!plan_.is_first || has_been_usable_) return trouble(why.what(), now);
        const std::lock_guard lock(state_->mutex);
        state_->failure = why;
        return state_->signal();
    }
    if (session_->has_answers()) become_usable();
}

void NatsWorker::become_usable() {
    const ConsumerInfo& consumer = session_->consumer();
    const bool is_new = !std::exchange(is_usable_, true);
    has_been_usable_ = true;
    delay_ = milliseconds(50);
    held_.set_ack_wait(consumer.ack_wait);
    ask_at_ = Clock::now() + next_look();
    const bool is_done = consumer.pending == 0 && consumer.unacknowledged == 0;
    const std::lock_guard lock(state_->mutex);
    if (state_->sessions == 0) state_->concerns = concerns_of(plan_.address, session_->stream(), consumer);
    if (is_new) {
        ++state_->sessions;
        state_->name_of_server = session_->server();
    }
    state_->trouble.clear();
    state_->stream = session_->mark();
    state_->is_over = is_done && happened_ == asked_when_ && state_->incoming.empty() && is_trusted();
    if (is_new || state_->is_over) state_->signal();
}

void NatsWorker::take_status(const NatsMessage& message, Clock::time_point now) {
    PullState& pull = session_->pull();
    pull.heard(now);
    if (message.status == kHeartbeat || message.status.empty()) {
        silent_ = 0;
        return;
    }
    if (message.status == kExpired || message.status == kNoMessages) return pull.ended(now, nanoseconds(0));
    if (message.description.starts_with(kTooLarge)) {
        // Also what a request says that has brought as many bytes as it may.
        return pull.next_is_large(now);
    }
    // The consumer is gone or has another leader, or the server stops: stream and consumer are asked for.
    const unsigned times = pull.refused(now);
    ask_at_ = std::min(ask_at_, now);
    if (times == kMostRefusals) {
        const std::string said =
            safe_line((message.status + " " + message.description).substr(0, kMostShown));
        trouble(fmt::format("{} refuses requests for messages: {}", session_->server(), said), now);
    }
}

void NatsWorker::trouble(const std::string& text, Clock::time_point now) {
    const std::lock_guard lock(state_->mutex);
    if (state_->trouble.empty()) state_->trouble_since = now;
    state_->trouble = text;
    ++state_->troubles;
    state_->is_over = false;
    state_->signal();
}

}  // namespace pipeline
