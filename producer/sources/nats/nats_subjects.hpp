// SPDX-License-Identifier: Apache-2.0
// The subjects and requests of JetStream that a pull consumer needs, as text (NATS documentation, "JetStream
// wire API reference"). Pure functions: nothing here talks to a server.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/spec/address/nats_address.hpp"

namespace pipeline {

// The content of a delivered message's reply subject.
struct Delivery {
    std::uint64_t sequence = 0;    // of the message in its stream, at least 1
    std::uint64_t deliveries = 0;  // how often it was delivered, at least 1
    std::uint64_t stored_ns = 0;   // when the stream stored it, in nanoseconds since 1970; 0: not told
    std::uint64_t pending = 0;     // how many more the consumer had to deliver after it
};
// Reads the reply subject: $JS.ACK.STREAM.CONSUMER.DELIVERIES.SEQUENCE.NUMBER.TIME.PENDING, or the longer
// form with a domain and an account before the stream. Returns none for any other subject, and for a sequence
// that is no position.
[[nodiscard]] std::optional<Delivery> read_ack_subject(std::string_view subject) noexcept;

// Returns the subject on which the message with this sequence is acknowledged, extended and given back, by
// any connection. The server looks at the sequence alone.
[[nodiscard]] std::string ack_subject(const NatsAddress& address, std::uint64_t sequence);
inline constexpr std::string_view kAck;  // an empty message
inline constexpr std::string_view kExtend = "+WPI";
inline constexpr std::string_view kGiveBack = "-NAK";

[[nodiscard]] std::string stream_info_subject(const NatsAddress& address);
[[nodiscard]] std::string consumer_info_subject(const NatsAddress& address);
[[nodiscard]] std::string pull_subject(const NatsAddress& address);

// A request for messages.
struct PullRequest {
    std::uint64_t batch = 1;
    std::chrono::nanoseconds expires{};
    std::chrono::nanoseconds heartbeat{};  // at most half of `expires`; 0: none
    std::uint64_t max_bytes = 0;           // 0: no limit
};
[[nodiscard]] std::string text_of(const PullRequest& request);

// Returns the id of a message that has none of its own: "STREAM/SEQUENCE@TIME", such as
// "ORDERS/17@20261128T152200.123456789Z". The time at which the stream stored the message tells it from the
// message with the same sequence in a stream that was made anew under the same name.
[[nodiscard]] std::string usual_id(const NatsAddress& address, const Delivery& delivery);

}  // namespace pipeline
