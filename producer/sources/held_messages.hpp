// SPDX-License-Identifier: Apache-2.0
// The messages, or rows of a table, that this pipeline holds: delivered, and not acknowledged. The server
// gives one to others unless it is extended before its ack_wait, or lease, has passed; so each is extended
// after a third of that. Reads no clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "producer/sources/key_table.hpp"

namespace pipeline {

class HeldMessages {
  public:
    using Clock = std::chrono::steady_clock;

    // If the time changes, all messages that are held are extended at once, and then so often.
    void set_ack_wait(std::chrono::nanoseconds ack_wait) {
        const auto interval = std::max<std::chrono::nanoseconds>(ack_wait / 3, kLeastInterval);
        if (std::exchange(interval_, interval) == interval) return;
        for (Due& due : due_) due.at = Clock::time_point{};
    }

    // The message was delivered now.
    void add(std::uint64_t sequence, Clock::time_point now) { schedule(sequence, now + interval_); }
    // An earlier producer has taken the message, who knows when: it is extended at once.
    void add_old(std::uint64_t sequence) { schedule(sequence, Clock::time_point{}); }
    void remove(std::uint64_t sequence) noexcept { rounds_.erase(sequence); }
    void clear() noexcept {
        rounds_ = {};
        due_.clear();
    }
    [[nodiscard]] bool contains(std::uint64_t sequence) const noexcept { return rounds_.contains(sequence); }
    [[nodiscard]] std::size_t size() const noexcept { return rounds_.size(); }

    // Returns the next message that must be extended now, and expects that it is; none if there is none.
    [[nodiscard]] std::optional<std::uint64_t> next_due(Clock::time_point now) {
        while (!due_.empty() && due_.front().at <= now) {
            const Due due = due_.front();
            due_.pop_front();
            const std::uint64_t* const round = rounds_.find(due.sequence);
            if (round == nullptr || *round != due.round) continue;
            schedule(due.sequence, now + interval_);
            return due.sequence;
        }
        return std::nullopt;
    }
    // Returns when next_due() may return one.
    [[nodiscard]] Clock::time_point due_at() const noexcept {
        return due_.empty() ? Clock::time_point::max() : due_.front().at;
    }

  private:
    struct Due {
        Clock::time_point at;
        std::uint64_t sequence;
        std::uint64_t round;
    };
    void schedule(std::uint64_t sequence, Clock::time_point at) {
        const std::uint64_t round = ++last_round_;
        rounds_.insert(sequence).first = round;
        // Most messages are acknowledged long before they are due: their entries must not pile up.
        if (due_.size() > kKeptEntries + 2 * rounds_.size()) {
            std::erase_if(due_, [this](const Due& due) {
                const std::uint64_t* const counts = rounds_.find(due.sequence);
                return counts == nullptr || *counts != due.round;
            });
        }
        // Those that an earlier producer has taken are due at once, and go to the front.
        if (!due_.empty() && at <= due_.front().at) {
            due_.push_front({at, sequence, round});
        } else {
            due_.push_back({at, sequence, round});
        }
    }

    static constexpr std::size_t kKeptEntries = 4096;
    static constexpr std::chrono::milliseconds kLeastInterval{50};

    std::chrono::nanoseconds interval_ = std::chrono::seconds(1);
    KeyTable<std::uint64_t> rounds_;  // by sequence: the entry of due_ that counts
    std::deque<Due> due_;             // in the order of time
    std::uint64_t last_round_ = 0;
};

}  // namespace pipeline
