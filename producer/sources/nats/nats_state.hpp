// SPDX-License-Identifier: Apache-2.0
// The state that the producer's thread and the thread with the connection share. One mutex guards all of it
// and is never held during a wait. A thread that must not wait for the other one may outlive it: both own the
// state.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/base/digest.hpp"
#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "producer/sources/nats/nats_connection.hpp"
#include "producer/sources/nats/nats_subjects.hpp"

namespace pipeline {

struct NatsState {
    using Clock = std::chrono::steady_clock;

    struct Incoming {
        Delivery delivery;
        std::string id;  // its header; empty: it has none
        std::string data;
    };
    // The end of a message that was delivered. Acknowledge: its record is durable. GiveBack: it did not come
    // into the pipeline, and others may have it at once. Drop: it is no longer held
    // here, and the server is told nothing, so that it delivers it again.
    struct Done {
        enum class What : std::uint8_t { Acknowledge, GiveBack, Drop };
        std::uint64_t sequence;
        What what;
    };

    mutable std::mutex mutex;
    std::condition_variable wake;  // of the thread with the connection
    UniqueFd event;                // an eventfd: readable when the producer has something to look at

    // ---- from the library's threads ----
    std::deque<NatsMessage> arrived;

    // ---- from the thread with the connection ----
    std::deque<Incoming> incoming;
    std::uint64_t incoming_bytes = 0;
    std::optional<Failure> failure;  // there will never be a message
    std::string trouble;             // why no message comes now; empty: nothing is wrong
    std::uint64_t troubles = 0;      // so many were noted
    Clock::time_point trouble_since{};
    std::string name_of_server;
    std::uint64_t sessions = 0;         // connections whose consumer was found usable
    std::optional<Digest> stream;       // the mark of the stream, as last asked
    std::uint64_t pending = 0;          // what the consumer had to deliver after the last message
    bool is_over = false;               // with --once: nothing is pending, and nothing unacknowledged
    bool is_crowded = false;            // what is unacknowledged may keep the server from delivering more
    std::vector<std::string> concerns;  // of the first session, told once
    bool has_let_go = false;            // after a stop: all that the server has delivered is in `incoming`
    bool has_finished = false;

    // ---- from the producer's thread ----
    std::vector<Done> done;
    std::optional<Digest> accepted;  // the mark of the stream that messages may be taken from
    std::uint64_t handed = 0;        // items of the last acquire(), perhaps not in the ring yet
    Clock::time_point wanted_until{};
    std::uint64_t most_wanted = 0;  // the most messages that the producer can use now
    bool is_stopped = false;        // wants no more to be asked for
    bool is_emptied = false;        // and takes nothing more of `incoming`
    std::optional<Clock::time_point> finish_by{};

    // Wakes the producer; the caller holds the mutex.
    void signal() noexcept {
        const std::uint64_t one = 1;
        // Cannot fail but when it is readable already.
        [[maybe_unused]] const ssize_t written = ::write(event.get(), &one, sizeof one);
    }
    // For the producer, before it looks.
    void clear_event() const noexcept {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t bytes = ::read(event.get(), &count, sizeof count);
    }
};

}  // namespace pipeline
