// SPDX-License-Identifier: Apache-2.0
// Gives invoices again that wait for another attempt: takes them from the ledger when they are due
// (ledger_taker.hpp), turns them into items, and renews their leases until their results are durable.
//
// A thread of its own does all work with the ledger, so that a slow or locked ledger never delays receipts,
// new items or a stop. The producer's thread calls everything below.
//
//   a kill before the ledger's transaction   leaves the row as it was: it is taken later
//   a kill after it, before the push         leaves a leased row: it is due again when the lease ends, or at
//                                            the next start of a source that one pipeline uses at a time
//   a kill after the push                    leaves the item in the ring; the next producer finds it there
//                                            (in_flight) and renews its lease
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/core/item.hpp"
#include "common/core/record.hpp"
#include "common/ledger/ledger_taker.hpp"
#include "producer/again/wakeup.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class SecondChances {
  public:
    struct Plan {
        // The source's rows are those of this pipeline alone, so leases of a dead producer end at once.
        bool is_exclusive = true;
        // Between two looks at a ledger that others write. In between, a ledger that tells of changes wakes
        // the thread, and `trust` is the longest time without a look.
        std::chrono::milliseconds look_every{1000};
        std::chrono::milliseconds trust{9000};
        std::chrono::seconds lease{60};  // renewed after a third of it
        // The most bytes that an item's id and body may have, with what is told of earlier rounds.
        std::uint64_t most_bytes = UINT64_MAX;
    };

    // `in_flight`: the rows whose items are in the pipeline already. A null `taker` gives nothing.
    SecondChances(std::unique_ptr<LedgerTaker> taker, const std::vector<TakenRow>& in_flight, Plan plan);
    SecondChances(const SecondChances&) = delete;
    SecondChances& operator=(const SecondChances&) = delete;
    // Gives rows back that were taken and not given, if the ledger can be written soon.
    ~SecondChances();

    // Fills items[0..n) and returns n. `present`: of an ordered source, the position where it continues; none
    // for any other, whose items keep the positions of their rows. bytes() holds the bytes of the items'
    // spans until the next call.
    [[nodiscard]] std::size_t acquire(std::span<Item> items, std::optional<std::uint64_t> present,
                                      Source& source);
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

    // Call it for each durable record that has an attempt: its item may have been given again, and it may
    // wait.
    void stored(const Record& record, std::string_view id);
    // True if stored() must be called: items are in the pipeline that were given again, or the number of
    // `waiting` outcomes has changed since the last call.
    [[nodiscard]] bool wants_records(std::uint64_t waiting) noexcept;

    // Tells whether the source is held; call it again and again while it is. Then acquire() gives one row at
    // a time, to be tried: the one whose last attempt is the longest ago, whether it is due or not. Rows that
    // were taken before go back.
    void hold(bool is_on);

    // A descriptor that becomes readable when acquire() may return something, and when is_over() has its
    // answer; acquire() ends that.
    [[nodiscard]] int ready_fd() const noexcept { return told_.fd(); }
    // Returns how long until acquire() may return something, as far as known.
    [[nodiscard]] std::chrono::nanoseconds until_due() const;
    // True if no invoice of the source waits. Call it while nothing is in flight: `seen` is the number of
    // items so far, and a change of it makes the next look at the ledger count.
    [[nodiscard]] bool is_over(std::uint64_t seen);
    // Takes nothing more. Rows that were taken and not given go back.
    void stop();

  private:
    using Clock = std::chrono::steady_clock;

    void work();
    void work_without_thread();
    // These hold the lock on entry and on exit, and free it while they use the ledger or wait.
    void step(std::unique_lock<std::mutex>& lock);
    void wait(std::unique_lock<std::mutex>& lock);
    void rest(std::unique_lock<std::mutex>& lock);
    void end(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] bool has_to_look() const;
    void renew(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] std::unordered_set<std::string> ids_in_flight() const;
    void look(std::unique_lock<std::mutex>& lock);
    void give_back(std::unique_lock<std::mutex>& lock);
    void report(const std::string& why);

    std::unique_ptr<LedgerTaker> taker_;  // used by the thread alone
    Plan plan_;
    Wakeup wakeup_;  // wakes the thread
    Wakeup told_;    // wakes the producer
    std::string bytes_;
    std::uint64_t waiting_seen_ = 0;
    std::uint64_t asked_at_ = UINT64_MAX;  // is_over()'s `seen` when it asked

    mutable std::mutex mutex_;        // guards what follows
    std::uint64_t asked_ = 0;         // the number of the look that answers is_over()
    std::deque<TakenRow> ready_;      // taken, and not given
    std::vector<TakenRow> returned_;  // could not be given now: they go back to the ledger
    std::unordered_map<std::string, TakenRow> in_flight_;  // given, and not durable
    Clock::time_point look_at_{};                          // when the thread looks at the ledger next
    Clock::time_point listen_at_{};                        // when the ledger's changes count again
    Clock::time_point renew_at_{};
    std::optional<Clock::time_point> due_at_;  // when the next row is due, as far as known
    std::uint64_t wanted_look_ = 0;            // the thread counts its looks; this one was asked for
    std::uint64_t looks_ = 0;
    bool has_ended_leases_ = false;
    bool has_thread_ = false;
    bool is_stopping_ = false;
    bool is_held_ = false;
    bool wants_try_ = false;   // while the source is held: a row to be tried is wanted
    bool is_failing_ = false;  // the ledger could not be used, and that was logged
    std::thread thread_;
};

}  // namespace pipeline
