// SPDX-License-Identifier: Apache-2.0
// Finds which side of the pipeline waits for the other one, and how many consumers would match the source,
// from the time that processes spend on each activity (metrics.hpp). Pure functions of two snapshots. They
// claim nothing that the snapshots do not show: if the producer only waited, its possible rate is unknown.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/core/metrics.hpp"

namespace pipeline {

// How a process divided its time: each share is 0..1, and they add up to 1, or all are 0 if it has not run.
struct TimeShares {
    double working = 0;
    double waiting_for_input = 0;
    double waiting_for_room = 0;
    double flushing = 0;

    [[nodiscard]] static TimeShares between(const TimeSpent& earlier, const TimeSpent& now) noexcept;
    // All but waiting for input: the time that invoices cost.
    [[nodiscard]] double busy() const noexcept { return working + waiting_for_room + flushing; }
};

// The observations of one interval.
struct Load {
    std::chrono::nanoseconds interval{0};  // > 0
    std::uint64_t acquired = 0;            // invoices that came into the ring
    std::uint64_t stored = 0;              // invoices with saved results
    TimeShares producer;
    std::vector<TimeShares> consumers;  // the running ones
    std::uint64_t waiting = 0;          // invoices in the ring at the interval's end
    bool is_paused = false;             // the source is paused
    std::string ledger_trouble = {};    // "for 34 s: disk is full" if the ledger takes nothing; else empty
};

// How many fully busy consumers would match the source if nothing held it back; not rounded. 0 if nothing was
// stored.
struct Need {
    double consumers = 0;
    bool is_at_least = false;  // the producer waited nearly all the time: the real number may be higher
};
[[nodiscard]] Need need_of(const Load& load);

enum class Bottleneck : std::uint8_t { Nothing, Source, Consumers, Ledger };

struct Advice {
    Bottleneck bottleneck = Bottleneck::Nothing;
    // Need::consumers, capped at kMaxPlaces; 0 if it is unknown.
    double needed_consumers = 0;
    // One sentence with the figures, for people.
    std::string sentence;
};

[[nodiscard]] Advice advise(const Load& load);

// "nothing", "source", "consumers", "ledger".
[[nodiscard]] const char* to_text(Bottleneck bottleneck) noexcept;

}  // namespace pipeline
