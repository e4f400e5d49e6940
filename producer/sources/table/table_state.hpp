// SPDX-License-Identifier: Apache-2.0
// The state that the producer's thread and the thread with the connection share. One mutex guards all of it
// and is never held during a wait. A thread that must not wait for the other one may outlive it: both own the
// state.
#pragma once

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/ledger/work/work_table.hpp"

namespace pipeline {

struct TableState {
    using Clock = std::chrono::steady_clock;

    mutable std::mutex mutex;
    std::condition_variable wake;  // of the thread with the connection
    UniqueFd event;                // an eventfd: readable when the producer has something to look at

    // ---- from the thread with the connection ----
    std::deque<WorkRow> incoming;
    std::uint64_t incoming_bytes = 0;
    // Rows at positions that are held already: the lease has ended, or it is another row. They do not go back
    // by themselves: a row that is in the pipeline must not become free.
    std::vector<WorkRow> again;
    std::optional<Failure> failure;  // there will never be a row
    std::string trouble;             // why no row comes now; empty: nothing is wrong
    std::uint64_t troubles = 0;      // so many were noted
    Clock::time_point trouble_since{};
    std::uint64_t sessions = 0;  // connections that have served
    bool is_empty = false;       // there was no free row, when it was looked for the last time
    bool is_over = false;        // and none may become free by the end of somebody's lease

    // ---- from the producer's thread ----
    std::vector<std::uint64_t> ended;  // positions that are no longer held here
    std::vector<WorkRow> back;         // rows that did not come into the pipeline: others may have them
    std::uint64_t handed = 0;          // items of the last acquire(), perhaps not in the ring yet
    Clock::time_point wanted_until{};
    std::uint64_t most_wanted = 0;  // the most rows that the producer can use now
    bool is_stopped = false;
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
