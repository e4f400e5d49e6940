// SPDX-License-Identifier: Apache-2.0
// The one request for messages that is open at a time. The server ends a request when it is filled, when it
// expires, or for a reason that it names; a request that is lost with its server is noticed because no
// heartbeat comes. Each request has a number, so that what is said of an older one counts no more. Reads no
// clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "producer/sources/nats/nats_info.hpp"
#include "producer/sources/nats/nats_subjects.hpp"

namespace pipeline {

class PullState {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kExpires{30};
    static constexpr std::chrono::seconds kHeartbeat{2};
    static constexpr std::chrono::seconds kSilence{5};
    // The bytes that a request may bring, unless a single message has more.
    static constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 20U;

    void set_limits(const ConsumerInfo& consumer) noexcept {
        most_ = consumer.max_batch;
        most_bytes_ = consumer.max_bytes;
        expires_ = kExpires;
        if (consumer.max_expires.count() > 0)
            expires_ = std::min<std::chrono::nanoseconds>(kExpires, consumer.max_expires);
    }
    [[nodiscard]] bool is_open() const noexcept { return open_ != 0; }
    // The messages that the open request may still bring.
    [[nodiscard]] std::uint64_t open() const noexcept { return open_; }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] bool may_begin(Clock::time_point now) const noexcept {
        return open_ == 0 && now >= not_before_;
    }
    [[nodiscard]] Clock::time_point not_before() const noexcept { return not_before_; }

    // Begins a request for up to `wanted` messages, at least 1.
    [[nodiscard]] PullRequest begin(std::uint64_t wanted, Clock::time_point now) noexcept {
        PullRequest request;
        request.batch = is_next_large_ ? 1 : most_ == 0 ? wanted : std::min(wanted, most_);
        request.max_bytes = is_next_large_     ? 0
                            : most_bytes_ == 0 ? kMostBytes
                                               : std::min(kMostBytes, most_bytes_);
        request.expires = expires_;
        request.heartbeat = std::min<std::chrono::nanoseconds>(kHeartbeat, expires_ / 4);
        is_next_large_ = false;
        open_ = request.batch;
        asked_at_ = heard_at_ = now;
        ++number_;
        return request;
    }
    void heard(Clock::time_point now) noexcept { heard_at_ = now; }
    // A message came. Returns true if it is the first one of its request.
    void delivered(Clock::time_point now) noexcept {
        heard_at_ = now;
        if (open_ != 0) --open_;
        refusals_ = 0;
    }
    // The server has ended the open request, or cannot take it: the next one follows after `pause`.
    void ended(Clock::time_point now, std::chrono::nanoseconds pause) noexcept {
        open_ = 0;
        not_before_ = now + pause;
    }
    // The server has refused a request, for a reason that is not that of every day. Returns how many times in
    // a row.
    unsigned refused(Clock::time_point now) noexcept {
        constexpr std::chrono::milliseconds kPause{100};
        ended(now, kPause * std::min(++refusals_, 10U));
        return refusals_;
    }
    // The next message has more bytes than a request may bring: it is asked for alone.
    void next_is_large(Clock::time_point now) noexcept {
        is_next_large_ = true;
        ended(now, std::chrono::nanoseconds(0));
    }
    [[nodiscard]] bool is_lost(Clock::time_point now) const noexcept {
        return open_ != 0 && now - heard_at_ > kSilence;
    }
    [[nodiscard]] Clock::time_point lost_at() const noexcept {
        return open_ == 0 ? Clock::time_point::max() : heard_at_ + kSilence;
    }
    [[nodiscard]] Clock::time_point asked_at() const noexcept { return asked_at_; }

  private:
    std::uint64_t open_ = 0;
    std::uint64_t number_ = 0;
    Clock::time_point asked_at_{};
    Clock::time_point heard_at_{};
    Clock::time_point not_before_{};
    std::chrono::nanoseconds expires_ = kExpires;
    std::uint64_t most_ = 0;        // of one request; 0: no limit
    std::uint64_t most_bytes_ = 0;  // of one request; 0: no limit but our own
    unsigned refusals_ = 0;
    bool is_next_large_ = false;
};

}  // namespace pipeline
