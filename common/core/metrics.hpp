// SPDX-License-Identifier: Apache-2.0
// Metrics that processes keep about themselves, for observers: which process waits, for how long, and how
// long invoices take. Nothing depends on them: a kill loses or doubles at most the count in progress. They
// lie behind the ring's slots. Each field has one writer at a time and is written relaxed; times are
// CLOCK_MONOTONIC nanoseconds.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "common/base/clock.hpp"
#include "common/core/layout.hpp"
#include "common/shm/histogram.hpp"
#include "common/shm/loaded.hpp"
#include "common/shm/status_text.hpp"

namespace pipeline {

// The activities among which a process divides its time.
enum class Activity : std::uint8_t {
    Working,          // the producer: acquires and pushes; a consumer: claims and processes
    WaitingForInput,  // the producer: its source has nothing (or --rate allows nothing); a consumer: the ring
                      // is empty
    WaitingForRoom,   // the producer: the ring is full; a consumer: saves its results, or waits for room
    Flushing,  // a consumer: leads the flush into the ledger; the producer: waits for the last receipts
};
inline constexpr std::size_t kActivities = 4;

// Written by the producer, or by the place's consumer.
struct alignas(64) ActivityArea {
    // {since: 62, activity: 2}, the current activity; since is in units of 4 ns.
    std::atomic<std::uint64_t> now;
    // The time until then, by activity, summed over all processes that the place has had.
    std::array<std::atomic<std::uint64_t>, kActivities> spent_ns;
};

// Deaths of processes that had to be replaced. Written by the supervisor.
struct DeathMetrics {
    std::atomic<std::uint64_t> count;
    std::atomic<std::uint64_t> last_ns;     // when the last one died
    std::atomic<std::uint32_t> last_cause;  // how, an encoded Cause
};

struct alignas(64) PlaceMetrics {
    ActivityArea activity;
    std::atomic<std::uint64_t> items;  // items with saved results; by the place's consumer
    DeathMetrics deaths;
    HistogramArea waiting;     // from acquisition to the start of processing
    HistogramArea processing;  // the processing itself
};

struct alignas(64) ProducerMetrics {
    ActivityArea activity;
    DeathMetrics deaths;
};

// Written by the supervisor.
struct alignas(64) SupervisorMetrics {
    std::atomic<std::uint64_t> process;    // a packed ProcessId; 0: it left in good order
    std::atomic<std::uint32_t> consumers;  // the number wanted now
    std::atomic<std::uint32_t> least;      // the range that it may choose from; least and most equal
    std::atomic<std::uint32_t> most;       // `consumers` if only signals change the number
    std::atomic<std::uint64_t> started_ns;
    std::atomic<std::uint32_t> paused;             // 1: the source is paused
    std::atomic<std::uint32_t> draining;           // 1: the pipeline drains
    std::atomic<std::uint64_t> flush_interval_ns;  // --flush-interval: longest wait for a commit
};

// The state of the source as the producer sees it. Each but Fine is a reason why less is acquired, or
// acknowledged, than the user expects.
enum class SourceState : std::uint8_t {
    Fine,
    Gone,            // renamed, removed, or its path now leads elsewhere
    Replaced,        // another file has its name, or it was truncated or rewritten
    CannotMove,      // files in the ledger cannot be moved to their folders
    NothingIsTaken,  // there are files, but none can be taken
    Unreadable       // it cannot be read at present; retried
};

// Numbers are declared once: Word is std::atomic in shared memory, and Plain in an observer's copy.
template <class T>
using Plain = T;

// Written by the producer. All words are of 64 bits (loaded_numbers()).
template <template <class> class Word>
struct SourceNumbers {
    Word<std::uint64_t> backlog{};       // invoices in the source that are not acquired, as far as known
    Word<std::uint64_t> oldest_us{};     // when the oldest of them was last modified, since 1970; 0: none
    Word<std::uint64_t> unmoved{};       // files in the ledger that could not be moved yet
    Word<std::uint64_t> passed_over{};   // entries that the last scan could not read
    Word<std::uint64_t> unusable_ids{};  // since the segments were made
};

// Written by the producer.
struct alignas(64) SourceMetrics : SourceNumbers<std::atomic> {
    std::atomic<std::uint32_t> state;     // a SourceState
    std::atomic<std::uint64_t> since_ns;  // when that state began
    StatusText sentence;                  // cause and advice if the state is not Fine
};

// Written by the flush leader, under the flush lock. A leader killed inside a commit leaves all fields as the
// previous commit did; if the ledger has that transaction, the redo is counted instead. A leader killed
// between two stores leaves the remaining fields to the next commit. A failure stores the text first and the
// time last: a reader that sees `failing_since_ns` sees the error of that attempt or of a later one.
template <template <class> class Word>
struct LedgerNumbers {
    Word<std::uint64_t> commits{};           // since the segments were made
    Word<std::uint64_t> errors{};            // commits that failed, since then
    Word<std::uint64_t> last_commit_ns{};    // when the last one ended; 0: there was none
    Word<std::uint64_t> last_took_ns{};      // how long it took
    Word<std::uint64_t> failing_since_ns{};  // the first failure since the last good commit; 0: none
};

struct alignas(64) LedgerMetrics : LedgerNumbers<std::atomic> {
    StatusText error;  // of the last failed commit
};

// Copies all numbers, each as it was at some moment.
template <template <template <class> class> class Numbers>
[[nodiscard]] Numbers<Plain> loaded_numbers(const Numbers<std::atomic>& shared) noexcept {
    using Word = std::atomic<std::uint64_t>;
    static_assert(sizeof(Numbers<Plain>) == sizeof shared && sizeof shared % sizeof(Word) == 0);
    const Word* const words = reinterpret_cast<const Word*>(&shared);
    std::array<std::uint64_t, sizeof shared / sizeof(Word)> copied;
    for (std::size_t i = 0; i < copied.size(); ++i) copied[i] = loaded(words[i]);
    return std::bit_cast<Numbers<Plain>>(copied);
}

struct alignas(64) MetricsArea {
    SupervisorMetrics supervisor;
    ProducerMetrics producer;
    SourceMetrics source;
    LedgerMetrics ledger;
    HistogramArea until_durable;  // from acquisition to the ledger; by the flush leader, under the flush lock
    std::array<PlaceMetrics, kMaxPlaces> places;
};

// Divides the time of one process among its activities.
class ActivityMeter {
  public:
    // Starts with Working. `area` may be a predecessor's: new times are added to its times.
    ActivityMeter(ActivityArea& area, std::uint64_t now_ns) noexcept : area_(area), since_ns_(now_ns) {
        store();
    }

    [[nodiscard]] Activity current() const noexcept { return activity_; }
    // Adds the time until now to the current activity, and starts `next`.
    void enter(Activity next, std::uint64_t now_ns) noexcept {
        auto& spent = area_.spent_ns[static_cast<std::size_t>(activity_)];
        spent.store(spent.load(std::memory_order_relaxed) + (now_ns - since_ns_), std::memory_order_relaxed);
        activity_ = next;
        since_ns_ = now_ns;
        store();
    }

    // Renames the activity since the last enter(), without reading the clock.
    void relabel(Activity activity) noexcept {
        activity_ = activity;
        store();
    }

    // Another activity for the lifetime of this object; then the previous one resumes.
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

// How a process has spent its time; approximate while it runs.
struct TimeSpent {
    std::array<std::uint64_t, kActivities> ns{};  // includes the current activity if `is_alive`
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
