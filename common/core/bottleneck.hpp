// SPDX-License-Identifier: Apache-2.0
// Which side of the pipeline waits for the other one, and how many consumers would match the source: from the
// time that processes have spent on what (metrics.hpp). Pure functions of two looks at it. Nothing is said
// that they do not show: where the producer had no time of its own, nobody knows what it could give.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/core/metrics.hpp"

namespace pipeline {

// How a process has divided its time; each 0..1, together 1, or all 0 if it has not run.
struct TimeShares {
    double working = 0;
    double waiting_for_input = 0;
    double waiting_for_room = 0;
    double flushing = 0;

    [[nodiscard]] static TimeShares between(const TimeSpent& earlier, const TimeSpent& now) noexcept;
    // What is not waiting for input: the time that invoices cost.
    [[nodiscard]] double busy() const noexcept { return working + waiting_for_room + flushing; }
};

// What was seen in an interval.
struct Load {
    std::chrono::nanoseconds interval{0};  // > 0
    std::uint64_t acquired = 0;            // invoices that came into the ring
    std::uint64_t stored = 0;              // whose results were saved
    TimeShares producer;
    std::vector<TimeShares> consumers;  // of those that run
    std::uint64_t waiting = 0;          // invoices in the ring at its end
    bool is_paused = false;             // the source: nothing comes because nothing is to come
    std::string ledger_trouble = {};    // "for 34 s: disk is full": the ledger takes nothing; empty: it does
};

// How many consumers that are busy all the time would do what the source would give if nothing held it back;
// not rounded. 0 if nothing was stored.
struct Need {
    double consumers = 0;
    bool is_at_least = false;  // the producer waited nearly all the time: it may be any number more
};
[[nodiscard]] Need need_of(const Load& load);

enum class Bottleneck : std::uint8_t { Nothing, Source, Consumers, Ledger };

struct Advice {
    Bottleneck bottleneck = Bottleneck::Nothing;
    // As Need::consumers, where that is known, and no more than there can be; else 0.
    double needed_consumers = 0;
    // One sentence with the figures, for people.
    std::string sentence;
};

[[nodiscard]] Advice advise(const Load& load);

// "nothing", "source", "consumers", "ledger".
[[nodiscard]] const char* to_text(Bottleneck bottleneck) noexcept;

}  // namespace pipeline
