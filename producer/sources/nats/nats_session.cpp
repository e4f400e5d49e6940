// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_session.hpp"

#include <fmt/format.h>

#include <utility>

namespace pipeline {
namespace {

constexpr std::string_view kNoResponders = "503";

// Says why there is no answer in a message that is a status.
std::string problem_of(const NatsMessage& message) {
    if (message.status == kNoResponders) return "it has no JetStream, or none for this account";
    return message.status + " " + message.description;
}

}  // namespace

NatsSession::NatsSession(std::uint64_t number, const std::string& server, const NatsPlan& plan,
                         std::shared_ptr<NatsState> state)
    : number_(number),
      address_(plan.address),
      server_(server),
      state_(std::move(state)),
      connection_(server, plan.settings, kConnectTime),
      inbox_(NatsConnection::new_inbox()) {
    connection_.subscribe(inbox_ + ".>", handler());
    const auto begin = Clock::now();
    if (!connection_.flush(kConnectTime)) throw NatsTrouble(server + ": it does not answer", false);
    round_trip_ = Clock::now() - begin;
}

NatsConnection::Handler NatsSession::handler() const {
    return [state = state_, number = number_](NatsMessage message) {
        message.session = number;
        const std::lock_guard lock(state->mutex);
        state->arrived.push_back(std::move(message));
        state->wake.notify_one();
    };
}

void NatsSession::ask(Clock::time_point now) {
    ++question_;
    is_asking_ = true;
    has_stream_ = has_consumer_ = false;
    asked_at_ = now;
    connection_.publish(stream_info_subject(address_), "", fmt::format("{}.stream.{}", inbox_, question_));
    connection_.publish(consumer_info_subject(address_), "",
                        fmt::format("{}.consumer.{}", inbox_, question_));
}

bool NatsSession::take_answer(const NatsMessage& message) {
    const bool is_of_stream = message.subject == fmt::format("{}.stream.{}", inbox_, question_);
    const bool is_of_consumer = message.subject == fmt::format("{}.consumer.{}", inbox_, question_);
    if (!is_asking_ || (!is_of_stream && !is_of_consumer)) return false;
    unanswered_ = 0;
    const auto refuse = [&](bool is_missing, const std::string& problem) {
        is_asking_ = false;
        if (is_missing) throw missing_in_server(address_, problem);
        throw NatsTrouble(server_ + ": " + problem, false);
    };
    if (!message.status.empty()) refuse(false, problem_of(message));
    if (is_of_stream) {
        const auto answer = read_stream_info(message.data);
        if (!answer.info) refuse(answer.is_missing, answer.problem);
        stream_ = answer.info;
        mark_ = Sha256().add(address_.stream).add("\n").add(stream_->created).digest();
        has_stream_ = true;
    } else {
        const auto answer = read_consumer_info(message.data);
        if (!answer.info) refuse(answer.is_missing, answer.problem);
        consumer_ = answer.info;
        has_consumer_ = true;
    }
    is_asking_ = !has_stream_ || !has_consumer_;
    if (is_asking_) return true;
    if (const auto unfit = why_unfit(address_, *consumer_)) throw Failure(*unfit);
    pull_.set_limits(*consumer_);
    return true;
}

bool NatsSession::request(std::uint64_t wanted, Clock::time_point now) {
    if (pull_inbox_.empty()) {
        pull_inbox_ = NatsConnection::new_inbox();
        connection_.subscribe(pull_inbox_ + ".*", handler());
    }
    const PullRequest request = pull_.begin(wanted, now);
    return connection_.publish(pull_subject(address_), text_of(request),
                               fmt::format("{}.{}", pull_inbox_, pull_.number()));
}

bool NatsSession::is_of_request(std::string_view subject) const {
    return pull_.is_open() && subject == fmt::format("{}.{}", pull_inbox_, pull_.number());
}

void NatsSession::let_go() {
    if (pull_inbox_.empty()) return;
    connection_.unsubscribe(pull_inbox_ + ".*");
    pull_inbox_.clear();
    pull_.ended(Clock::now(), std::chrono::nanoseconds(0));
}

}  // namespace pipeline
