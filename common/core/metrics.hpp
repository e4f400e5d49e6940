// SPDX-License-Identifier: Apache-2.0
// What processes count about themselves, for whoever looks: which of them waits, for how long, and how long
// invoices take. Nothing depends on it: a kill loses or doubles at most what the killed process was just
// counting. It lies behind the ring's slots. Each field has one writer at a time and is written relaxed;
// times are CLOCK_MONOTONIC nanoseconds.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "common/base/clock.hpp"
#include "common/core/layout.hpp"
#include "common/shm/histogram.hpp"
#include "common/shm/status_text.hpp"

namespace pipeline {

// What a process is doing, and so has spent its time on.
enum class Activity : std::uint8_t {
    Working,          // the producer: acquires and pushes; a consumer: claims and processes
    WaitingForInput,  // the producer: its source has nothing (or --rate allows nothing); a consumer: the ring
                      // is empty
    WaitingForRoom,   // the producer: the ring is full; a consumer: saves its results, or waits for the room
                      // to
    Flushing,  // a consumer: leads the flush into the ledger; the producer: waits for the last receipts
};
inline constexpr std::size_t kActivities = 4;

// Written by the producer, or by the consumer of the place.
struct alignas(64) ActivityArea {
    // {since: 62, activity: 2}, of now; since is in units of 4 ns.
    std::atomic<std::uint64_t> now;
    // Until then, by activity; of all processes that the place has had.
    std::array<std::atomic<std::uint64_t>, kActivities> spent_ns;
};

// Of processes that had to be replaced. Written by the supervisor.
struct DeathMetrics {
    std::atomic<std::uint64_t> count;
    std::atomic<std::uint64_t> last_ns;     // when the last one died
    std::atomic<std::uint32_t> last_cause;  // how, an encoded Cause
};

struct alignas(64) PlaceMetrics {
    ActivityArea activity;
    std::atomic<std::uint64_t> items;  // whose results have been saved; by the place's consumer
    DeathMetrics deaths;
    HistogramArea waiting;     // from being acquired until the processing begins
    HistogramArea processing;  // the processing
};

struct alignas(64) ProducerMetrics {
    ActivityArea activity;
    DeathMetrics deaths;
};

// Written by the supervisor.
struct alignas(64) SupervisorMetrics {
    std::atomic<std::uint64_t> process;    // a packed ProcessId; 0: it has left in good order
    std::atomic<std::uint32_t> consumers;  // how many are wanted now
    std::atomic<std::uint32_t> least;      // how many it may choose; both as `consumers` where it chooses
    std::atomic<std::uint32_t> most;       // none and only signals change the number
    std::atomic<std::uint64_t> started_ns;
    std::atomic<std::uint32_t> paused;             // 1: the source is paused
    std::atomic<std::uint32_t> draining;           // 1: the end has begun
    std::atomic<std::uint64_t> flush_interval_ns;  // --flush-interval: so long results may wait for a commit
};

// How it stands between the source and the producer. Each but Fine is a reason why less is acquired, or
// acknowledged, than the user expects.
enum class SourceState : std::uint8_t {
    Fine,
    Gone,            // renamed, removed, or its path leads elsewhere now
    Replaced,        // another file has its name, or it was cut or filled anew
    CannotMove,      // files that are in the ledger cannot be moved to their folders
    NothingIsTaken,  // files lie there and none can be taken
    Unreadable       // it cannot be read at present; tried again
};

// Written by the producer.
struct alignas(64) SourceMetrics {
    std::atomic<std::uint32_t> state;     // a SourceState
    std::atomic<std::uint64_t> since_ns;  // of that state
    std::atomic<std::uint64_t>
        backlog;  // invoices that lie in the source and are not acquired, as far as is known
    std::atomic<std::uint64_t> oldest_us;    // since 1970: when the oldest of them was last modified; 0: none
    std::atomic<std::uint64_t> unmoved;      // files that are in the ledger and could not be moved yet
    std::atomic<std::uint64_t> passed_over;  // entries that could not be looked at, at the last look
    std::atomic<std::uint64_t> unusable_ids;  // since the segments were made
    StatusText sentence;                      // of a state that is not Fine: cause and advice
};

// Written by the flush leader, under the flush lock. A leader that is killed inside a commit leaves all of it
// as the commit before did; if the ledger has that transaction, the redo is counted instead. One that is
// killed between two stores leaves what follows for the next commit to write. Of a failure the text comes
// first and the time last: whoever sees `failing_since_ns` sees the error of that or of a later try.
struct alignas(64) LedgerMetrics {
    std::atomic<std::uint64_t> commits;           // since the segments were made
    std::atomic<std::uint64_t> errors;            // commits that failed, since then
    std::atomic<std::uint64_t> last_commit_ns;    // when the last one ended; 0: there was none
    std::atomic<std::uint64_t> last_took_ns;      // how long it took
    std::atomic<std::uint64_t> failing_since_ns;  // the first failed commit after the last good one; 0: none
    StatusText error;                             // of the last failed commit
};

struct alignas(64) MetricsArea {
    SupervisorMetrics supervisor;
    ProducerMetrics producer;
    SourceMetrics source;
    LedgerMetrics ledger;
    HistogramArea
        until_durable;  // from being acquired until it is in the ledger; by the flush leader, under its lock
    std::array<PlaceMetrics, kMaxPlaces> places;
};

// Divides the time of one process among its activities.
class ActivityMeter {
  public:
    // Begins with Working. `area` may have been a predecessor's: its times are added to.
    ActivityMeter(ActivityArea& area, std::uint64_t now_ns) noexcept : area_(area), since_ns_(now_ns) {
        store();
    }

    [[nodiscard]] Activity current() const noexcept { return activity_; }
    // The time until now was the current activity's.
    void enter(Activity next, std::uint64_t now_ns) noexcept {
        auto& spent = area_.spent_ns[static_cast<std::size_t>(activity_)];
        spent.store(spent.load(std::memory_order_relaxed) + (now_ns - since_ns_), std::memory_order_relaxed);
        activity_ = next;
        since_ns_ = now_ns;
        store();
    }

    // What is being done since the last enter() is called something else now, without a look at the clock.
    void relabel(Activity activity) noexcept {
        activity_ = activity;
        store();
    }

    // Something else in between: the activity before goes on after it.
    class Interlude {
      public:
        Interlude(ActivityMeter& meter, Activity activity) noexcept
            : meter_(meter), before_(meter.current()) {
            meter_.enter(activity, monotonic_ns());
        }
        ~Interlude() { meter_.enter(before_, monotonic_ns()); }
        Interlude(const Interlude&) = delete;
        Interlude& operator=(const Interlude&) = delete;

      private:
        ActivityMeter& meter_;
        Activity before_;
    };

  private:
    void store() noexcept {
        area_.now.store((since_ns_ & ~std::uint64_t{3}) | static_cast<std::uint64_t>(activity_),
                        std::memory_order_relaxed);
    }

    ActivityArea& area_;
    Activity activity_ = Activity::Working;
    std::uint64_t since_ns_;
};

// How a process has spent its time, as far as one can know while it runs.
struct TimeSpent {
    std::array<std::uint64_t, kActivities>
        ns{};  // what it is doing now included, if the process is said to be alive
    Activity now{};
    std::uint64_t since_ns = 0;

    [[nodiscard]] static TimeSpent of(const ActivityArea& area, bool is_alive,
                                      std::uint64_t now_ns) noexcept {
        TimeSpent spent;
        const std::uint64_t word = area.now.load(std::memory_order_relaxed);
        spent.now = static_cast<Activity>(word & 3U);
        spent.since_ns = word & ~std::uint64_t{3};
        for (std::size_t i = 0; i < kActivities; ++i)
            spent.ns[i] = area.spent_ns[i].load(std::memory_order_relaxed);
        if (is_alive && now_ns > spent.since_ns)
            spent.ns[static_cast<std::size_t>(spent.now)] += now_ns - spent.since_ns;
        return spent;
    }
};

static_assert(sizeof(MetricsArea) % 64 == 0);

}  // namespace pipeline
