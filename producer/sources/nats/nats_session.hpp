// SPDX-License-Identifier: Apache-2.0
// A connection to one server with what is known by it: the stream, the consumer, the open request. One inbox
// gets the answers (INBOX.stream.N, INBOX.consumer.N); a second one gets messages and what the server says of
// request N (PULL.N). The second one can be given up alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.hpp"
#include "common/spec/address/nats_address.hpp"
#include "producer/sources/nats/nats_connection.hpp"
#include "producer/sources/nats/nats_info.hpp"
#include "producer/sources/nats/nats_state.hpp"
#include "producer/sources/nats/pull_state.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

// All that a source in NATS knows at its start.
struct NatsPlan {
    NatsAddress address;
    NatsSettings settings;
    bool once = false;
    // Nothing was acquired before: a consumer that cannot be used is a Failure. Else it is a trouble, which
    // may pass.
    bool is_first = false;
    // The sequences of delivered messages that are in the pipeline.
    std::vector<std::uint64_t> held;
    std::optional<Digest> accepted;  // the mark of their stream; none: none was taken from yet
    std::function<WorkProgress()> progress = [] { return WorkProgress{}; };
};

class NatsSession {
  public:
    using Clock = NatsState::Clock;
    static constexpr std::chrono::seconds kConnectTime{2};
    static constexpr std::chrono::seconds kAnswerTime{2};

    // Connects and subscribes to answers. Throws NatsTrouble or Failure. Puts into the state what arrives.
    // `number`: of the session, in each of its messages.
    NatsSession(std::uint64_t number, const std::string& server, const NatsPlan& plan,
                std::shared_ptr<NatsState> state);

    [[nodiscard]] NatsConnection& connection() noexcept { return connection_; }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] const std::string& server() const noexcept { return server_; }
    [[nodiscard]] std::chrono::nanoseconds round_trip() const noexcept { return round_trip_; }
    [[nodiscard]] PullState& pull() noexcept { return pull_; }

    // Asks for stream and consumer. Answers to earlier questions count no more.
    void ask(Clock::time_point now);
    [[nodiscard]] bool is_asking() const noexcept { return is_asking_; }
    // Returns when the question counts as unanswered.
    [[nodiscard]] Clock::time_point unanswered_at() const noexcept {
        return is_asking_ ? asked_at_ + kAnswerTime : Clock::time_point::max();
    }
    // How many questions in a row had no answer; call it when one is unanswered.
    unsigned note_unanswered() noexcept {
        is_asking_ = false;
        return ++unanswered_;
    }

    // True if the message belongs to the last question; then stores the answer. Throws Failure if an answer
    // says that the consumer cannot be used; NatsTrouble if it says nothing that is understood.
    [[nodiscard]] bool take_answer(const NatsMessage& message);
    // Both answers are there.
    [[nodiscard]] bool has_answers() const noexcept { return !is_asking_ && consumer_ && stream_; }
    [[nodiscard]] const StreamInfo& stream() const { return *stream_; }
    [[nodiscard]] const ConsumerInfo& consumer() const { return *consumer_; }
    // The mark of the stream; none before the first answer.
    [[nodiscard]] const std::optional<Digest>& mark() const noexcept { return mark_; }

    // Makes a request for `wanted` messages; subscribes first if that must be. Returns false if the
    // connection is closed.
    bool request(std::uint64_t wanted, Clock::time_point now);
    // True if the message says something of the open request.
    [[nodiscard]] bool is_of_request(std::string_view subject) const;
    // Gives up the open request: the server delivers nothing more by it, and what it has delivered still
    // arrives.
    void let_go();
    [[nodiscard]] bool takes_messages() const noexcept { return !pull_inbox_.empty(); }

  private:
    [[nodiscard]] NatsConnection::Handler handler() const;

    std::uint64_t number_;
    NatsAddress address_;
    std::string server_;
    std::shared_ptr<NatsState> state_;
    NatsConnection connection_;
    std::string inbox_;
    std::string pull_inbox_;  // empty: not subscribed
    std::chrono::nanoseconds round_trip_{};
    PullState pull_;
    std::uint64_t question_ = 0;
    bool is_asking_ = false;
    bool has_stream_ = false;  // of the last question
    bool has_consumer_ = false;
    Clock::time_point asked_at_{};
    unsigned unanswered_ = 0;
    std::optional<StreamInfo> stream_;
    std::optional<ConsumerInfo> consumer_;
    std::optional<Digest> mark_;
};

}  // namespace pipeline
