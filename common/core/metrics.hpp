// SPDX-License-Identifier: Apache-2.0
// Metrics that processes keep about themselves, for observers: which process waits, for how long, and how
// long invoices take. No invoice depends on them, so a kill may lose or double the count that is being made.
// They lie behind the ring's slots. Each field has one writer at a time, whose stores are relaxed unless the
// order of two fields matters. Times are CLOCK_MONOTONIC nanoseconds.
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
    WaitingForInput,  // the producer: its source has nothing; a consumer: the ring is empty; both: --rate
                      // lets nothing begin
    WaitingForRoom,   // the producer: the ring is full; a consumer: saves its results, or waits for room
    Flushing,  // a consumer: leads the flush into the ledger; the producer: waits until the last results are
               // durable
};
inline constexpr std::size_t kActivities = 4;

// How a process divides its time. The producer, or the place's consumer, writes it.
struct alignas(64) ActivityArea {
    // {since: 62, activity: 2}: the current activity, and when it began, in units of 4 ns.
    std::atomic<std::uint64_t> now;
    // The time spent in each activity before `since`: the sum over the present process and its predecessors.
    std::array<std::atomic<std::uint64_t>, kActivities> spent_ns;
};

// Deaths of processes that had to be replaced. The supervisor writes them.
struct DeathMetrics {
    std::atomic<std::uint64_t> count;
    std::atomic<std::uint64_t> last_ns;     // when the last of these processes died
    std::atomic<std::uint32_t> last_cause;  // how it died, an encoded Cause
};

struct alignas(64) PlaceMetrics {
    ActivityArea activity;
    std::atomic<std::uint64_t> items;  // items with saved results; the place's consumer writes it
    DeathMetrics deaths;
    HistogramArea waiting;     // from acquisition to the start of processing
    HistogramArea processing;  // the processing itself
};

struct alignas(64) ProducerMetrics {
    ActivityArea activity;
    DeathMetrics deaths;
};

// The supervisor writes these.
struct alignas(64) SupervisorMetrics {
    std::atomic<std::uint64_t> process;    // the supervisor, a packed ProcessId; 0: it has left
    std::atomic<std::uint32_t> consumers;  // the number of consumers that the supervisor wants now
    // The least and the greatest number of consumers that the supervisor may choose. Both equal `consumers`
    // if only signals change the number.
    std::atomic<std::uint32_t> least;
    std::atomic<std::uint32_t> most;
    std::atomic<std::uint64_t> started_ns;
    std::atomic<std::uint32_t> paused;             // 1: the source is paused
    std::atomic<std::uint32_t> draining;           // 1: the pipeline drains
    std::atomic<std::uint64_t> flush_interval_ns;  // --flush-interval: a record's longest wait for its commit
};

// The state of the source as the producer sees it. In each state but Fine, the producer acquires or
// acknowledges less than the user expects.
enum class SourceState : std::uint8_t {
    Fine,
    Gone,            // the source was renamed or removed, or its path now leads elsewhere
    Replaced,        // another file has the source's name, or the file was truncated or rewritten
    CannotMove,      // durable files cannot be moved to the folders of their outcomes
    NothingIsTaken,  // there are files, but the producer can acquire none of them
    Unreadable,      // the source cannot be read at present; the producer retries
    Held             // attempt after attempt fails: nothing is taken until one succeeds (hold.hpp)
};

// Each struct of numbers below is declared once, for two uses: with Word = std::atomic in shared memory, and
// with Word = Plain in an observer's copy.
template <class T>
using Plain = T;

// The producer writes these. loaded_numbers() requires that every word has 64 bits.
template <template <class> class Word>
struct SourceNumbers {
    Word<std::uint64_t> backlog{};       // invoices in the source that are not acquired, as far as known
    Word<std::uint64_t> oldest_us{};     // when the oldest of these was last modified, since 1970; 0: none
    Word<std::uint64_t> unmoved{};       // durable files that the producer could not move yet
    Word<std::uint64_t> passed_over{};   // entries that the last scan could not read
    Word<std::uint64_t> unusable_ids{};  // invoices with unusable ids since the segments were made
};

// The producer writes these.
struct alignas(64) SourceMetrics : SourceNumbers<std::atomic> {
    std::atomic<std::uint32_t> state;     // a SourceState
    std::atomic<std::uint64_t> since_ns;  // when that state began
    StatusText sentence;                  // cause and advice if the state is not Fine
};

// The flush leader writes these under the flush lock. If a leader is killed inside a commit, the fields stay
// as they were after the previous commit; the next leader commits the same records again, and counts that. If
// a leader is killed between two stores, the remaining fields stay until the next commit. A failed commit
// stores the error's text first and the time last: a reader that sees `failing_since_ns` sees the error of
// that commit or of a later one.
template <template <class> class Word>
struct LedgerNumbers {
    Word<std::uint64_t> commits{};           // good commits since the segments were made
    Word<std::uint64_t> errors{};            // failed commits and checks since the segments were made
    Word<std::uint64_t> last_commit_ns{};    // when the last good commit ended; 0: there was none
    Word<std::uint64_t> last_took_ns{};      // how long the last good commit took
    Word<std::uint64_t> failing_since_ns{};  // the first failure since the last success; 0: none
};

struct alignas(64) LedgerMetrics : LedgerNumbers<std::atomic> {
    StatusText error;  // the error of the last failed commit or check
};

// Returns a copy of all numbers, each as it was at some moment during the copying.
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
    HistogramArea until_durable;  // from acquired to durable; written by the flush leader, under its lock
    std::array<PlaceMetrics, kMaxPlaces> places;
};

// Divides the time of one process among its activities.
class ActivityMeter {
  public:
    // Starts with Working. If `area` has the times of a dead predecessor, the meter adds to them.
    ActivityMeter(ActivityArea& area, std::uint64_t now_ns) noexcept : area_(area), since_ns_(now_ns) {
        store();
    }

    [[nodiscard]] Activity current() const noexcept { return activity_; }
    // Adds the time since the last enter() to the current activity, and starts `next`.
    void enter(Activity next, std::uint64_t now_ns) noexcept {
        auto& spent = area_.spent_ns[static_cast<std::size_t>(activity_)];
        spent.store(spent.load(std::memory_order_relaxed) + (now_ns - since_ns_), std::memory_order_relaxed);
        activity_ = next;
        since_ns_ = now_ns;
        store();
    }

    // Makes the time since the last enter() count for `activity` instead. Does not read the clock.
    void relabel(Activity activity) noexcept {
        activity_ = activity;
        store();
    }

    // Enters another activity for the lifetime of this object; its destructor enters the previous one again.
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

// How a process has spent its time. The times are approximate while the process runs.
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
