// SPDX-License-Identifier: Apache-2.0
// The thread with the connection: asks for messages, acknowledges, extends, and connects again without end.
// It may wait for the server; the producer never waits for it.
//
// A session begins with a connection to one of the servers, each in turn. It asks what stream and consumer
// are, and nothing is requested, acknowledged or extended before the stream is known to be the one that the
// messages in the pipeline come from: in a stream that was made anew, their sequences are other messages.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "producer/sources/held_messages.hpp"
#include "producer/sources/nats/nats_session.hpp"
#include "producer/sources/work_bound.hpp"

namespace pipeline {

class NatsWorker {
  public:
    using Clock = NatsState::Clock;

    NatsWorker(NatsPlan plan, std::shared_ptr<NatsState> state);
    // Works until the state says that it must finish, and no longer than it says.
    void run();

  private:
    void take_orders(Clock::time_point now);
    void connect(Clock::time_point now);
    void end_session(const std::string& why, Clock::time_point now);
    void serve(Clock::time_point now);
    void look_at_arrived(Clock::time_point now);
    void look_at(NatsMessage message, Clock::time_point now);
    void take_message(NatsMessage message, const Delivery& delivery, Clock::time_point now);
    void take_answer(const NatsMessage& message, Clock::time_point now);
    void take_status(const NatsMessage& message, Clock::time_point now);
    void become_usable();
    void trouble(const std::string& text, Clock::time_point now);
    [[nodiscard]] bool is_trusted() const noexcept;
    [[nodiscard]] bool is_crowded() const noexcept;
    void publish_receipts();
    void extend(Clock::time_point now);
    void pull(Clock::time_point now);
    void let_go();
    void await_last_messages(Clock::time_point now);
    void look_for_end(Clock::time_point now);
    [[nodiscard]] std::chrono::milliseconds next_look() noexcept;
    [[nodiscard]] bool finish(Clock::time_point now);
    void wait(Clock::time_point now);
    void say(std::uint64_t sequence, std::string_view what);

    NatsPlan plan_;
    std::shared_ptr<NatsState> state_;
    std::unique_ptr<NatsSession> session_;
    HeldMessages held_;
    WorkBound bound_;
    std::deque<std::uint64_t> receipts_;  // sequences to acknowledge
    std::uint64_t sessions_ = 0;          // so many were begun
    std::size_t next_server_ = 0;
    Clock::time_point connect_at_{};
    std::chrono::milliseconds delay_;
    Clock::time_point ask_at_ = Clock::time_point::max();  // when to ask again for stream and consumer
    unsigned silent_ = 0;                                  // requests in a row that were lost
    bool has_been_usable_ = false;
    bool is_usable_ = false;  // in this session, as last answered

    // Copies of the state, as take_orders() found it.
    std::optional<Digest> accepted_;
    std::optional<Clock::time_point> finish_by_;
    bool is_wanted_ = false;
    bool is_stopped_ = false;
    bool is_emptied_ = false;
    std::uint64_t most_wanted_ = 0;
    std::uint64_t queued_ = 0;  // incoming and handed
    std::uint64_t queued_bytes_ = 0;

    std::uint64_t happened_ = 0;    // counts what keeps the end away
    std::uint64_t asked_when_ = 0;  // happened_ at the last question
    std::chrono::milliseconds end_delay_;
    bool has_let_go_ = false;
    bool lacks_room_ = false;  // the next request waits for finished work
};

}  // namespace pipeline
