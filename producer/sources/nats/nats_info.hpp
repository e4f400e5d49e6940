// SPDX-License-Identifier: Apache-2.0
// Reads a server's description of a stream and of a consumer, and judges whether a pipeline can rely on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"
#include "common/spec/address/nats_address.hpp"

namespace pipeline {

struct StreamInfo {
    std::string created;  // when it was made, as the server writes it: another stream has another time
    bool is_in_memory = false;
    std::uint64_t replicas = 1;
};

struct ConsumerInfo {
    std::string acknowledgement;   // "explicit", "all" or "none"
    bool is_pushed = false;        // the server sends its messages unasked
    std::int64_t max_deliver = 0;  // -1: without limit
    bool is_headers_only = false;
    std::chrono::nanoseconds ack_wait{};  // the shortest time after which a message is delivered again
    std::uint64_t max_ack_pending = 0;    // 0: without limit
    // The limits of a request; 0: none.
    std::uint64_t max_batch = 0;
    std::uint64_t max_bytes = 0;
    std::chrono::nanoseconds max_expires{};
    // Messages that were never delivered, and delivered ones without an acknowledgement.
    std::uint64_t pending = 0;
    std::uint64_t unacknowledged = 0;
};

// An answer of the server: what was asked for, or why not.
template <class Info>
struct InfoAnswer {
    std::optional<Info> info;
    bool is_missing = false;  // there is no such stream or consumer
    std::string problem;      // one line, if there is no info
};
[[nodiscard]] InfoAnswer<StreamInfo> read_stream_info(std::string_view json);
[[nodiscard]] InfoAnswer<ConsumerInfo> read_consumer_info(std::string_view json);

// An ack_wait below this is warned of: a stop of a process or of the network that is no longer is usual.
inline constexpr std::chrono::seconds kLeastAckWait{5};

// Returns the Failure for a consumer with which invoices would be lost, or none. Its message names the
// command that helps.
[[nodiscard]] std::optional<Failure> why_unfit(const NatsAddress& address, const ConsumerInfo& consumer);
// The Failure (NoInput) for an answer that says that the stream or the consumer is missing.
[[nodiscard]] Failure missing_in_server(const NatsAddress& address, const std::string& problem);
// Returns what a user should know of a stream and consumer that are used all the same: a sentence each.
[[nodiscard]] std::vector<std::string> concerns_of(const NatsAddress& address, const StreamInfo& stream,
                                                   const ConsumerInfo& consumer);

}  // namespace pipeline
