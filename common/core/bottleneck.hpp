// SPDX-License-Identifier: Apache-2.0
// Finds out which side of the pipeline waits for the other side, and how many consumers would match the
// source. These pure functions compare two snapshots of the time that processes spend on each activity
// (metrics.hpp). They claim nothing that the snapshots do not show: if the producer has only waited, its
// possible rate is unknown.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/core/metrics.hpp"

namespace pipeline {

// The shares of a process's time: each is 0..1. They add up to 1; all are 0 if the process has not run.
struct TimeShares {
    double working = 0;
    double waiting_for_input = 0;
    double waiting_for_room = 0;
    double flushing = 0;

    [[nodiscard]] static TimeShares between(const TimeSpent& earlier, const TimeSpent& now) noexcept;
    // Returns the share of the time that invoices cost: all but the wait for input.
    [[nodiscard]] double busy() const noexcept { return working + waiting_for_room + flushing; }
};

// The figures of the pipeline for one interval.
struct Load {
    std::chrono::nanoseconds interval{0};  // > 0
    std::uint64_t acquired = 0;            // invoices pushed into the ring
    std::uint64_t stored = 0;              // invoices whose results were saved
    TimeShares producer;
    std::vector<TimeShares> consumers;  // one for each running consumer
    std::uint64_t waiting = 0;          // invoices in the ring at the interval's end
    double bytes_share = 0;             // of the ring's byte area, in use at the interval's end: 0..1
    bool is_paused = false;             // the source is paused
    std::string ledger_trouble = {};    // "for 34 s: disk is full" if the ledger takes nothing; else empty
};

// The number of fully busy consumers that would match the source if nothing held the source back. It is not
// rounded, and 0 if no result was stored.
struct Need {
    double consumers = 0;
    bool is_at_least = false;  // true: the producer waited nearly all the time, the number may be higher
};
[[nodiscard]] Need need_of(const Load& load);

enum class Bottleneck : std::uint8_t { Nothing, Source, Consumers, Ledger, Bytes };

struct Advice {
    Bottleneck bottleneck = Bottleneck::Nothing;
    // Need::consumers, at most kMaxPlaces; 0 if it is unknown.
    double needed_consumers = 0;
    // One sentence with the figures, for people.
    std::string sentence;
};

[[nodiscard]] Advice advise(const Load& load);

// Returns "nothing", "source", "consumers", "ledger" or "bytes".
[[nodiscard]] const char* to_text(Bottleneck bottleneck) noexcept;

}  // namespace pipeline
