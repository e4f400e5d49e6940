// SPDX-License-Identifier: Apache-2.0
// A Batch gives a processor that works in another process the unsaved items of a hand (common/core/hand.hpp).
// The processor may work on several items at a time, in any order, and its attempts may fail while the
// consumer lives. The batch saves results in the hand's order, up to the first unfinished item: when all are
// finished, or a millisecond after the last save. After a consumer's death, its successor processes the
// unsaved items again.
//
// The processor takes a permit before each attempt. With --rate, it may have to wait for the permit.
//
// At most one item at a time is marked as being processed (Hand::begin_work()). The supervisor's watch
// measures the time of the marked item. If the consumer dies, the death counts as a failed attempt at that
// item, unless the program has further items. No item is marked while the consumer does other work.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/core/hand.hpp"
#include "common/core/result.hpp"
#include "consumer/work/chances.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

class Batch {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // Whether an invoice's processing may begin.
    enum class Admitted : std::uint8_t {
        Begin,
        Later,     // it is not known yet: ask again soon
        IsBooked,  // an invoice of its id is booked already: there is nothing to do
    };

    // The work that a batch leaves to its consumer.
    class Owner {
      public:
        Owner() = default;
        Owner(const Owner&) = delete;
        Owner& operator=(const Owner&) = delete;
        virtual ~Owner() = default;
        // Saves the results of the hand's next items. Returns false if saving has become impossible: this
        // consumer must then leave the unsaved items to another consumer.
        [[nodiscard]] virtual bool save_results(std::span<const Result> results) = 0;
        // Does the consumer's other work that is due, such as a flush. Returns the longest time until it must
        // be called again.
        [[nodiscard]] virtual std::chrono::nanoseconds do_other_work() = 0;
        // True once nothing more may be begun, and what is unfinished must be left to the next start.
        [[nodiscard]] virtual bool must_leave() { return false; }
        // Tells whether the program may be run for item i of the hand now.
        [[nodiscard]] virtual Admitted admit(std::uint64_t /*i*/) { return Admitted::Begin; }
        // Tries to take the permit for one attempt. Returns zero if it has taken the permit, otherwise the
        // time after which to try again. Returns none if this consumer must leave the unsaved items to
        // another consumer. `is_idle`: no item is being processed.
        [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> take_permit(bool /*is_idle*/) {
            return std::chrono::nanoseconds::zero();
        }
    };

    // `results` has room for all items of the hand. Items for which Chances::has_chance() is false are
    // finished from the start.
    Batch(const Hand& hand, std::span<Result> results, const Chances& chances, Owner& owner);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // True if all items are finished, or the batch was given up, or it is left.
    [[nodiscard]] bool is_done() const noexcept {
        return finished_count_ == size_ || is_given_up_ || is_left_;
    }
    // True if no result can be saved any more: end the programs that run.
    [[nodiscard]] bool is_given_up() const noexcept { return is_given_up_; }
    // True if nothing more may be begun (Owner::must_leave()). Ask the programs that run to end. Answers that
    // come until then still count; how a program ends is no answer any more. Leave unfinished what has none.
    [[nodiscard]] bool is_left() const noexcept { return is_left_; }
    // True if the results of all items are saved.
    [[nodiscard]] bool is_saved() const noexcept { return saved_ == size_ && !is_given_up_; }
    [[nodiscard]] bool is_finished(std::size_t i) const noexcept { return finished_[i]; }
    // Returns item i. Throws DamagedMemory.
    [[nodiscard]] Acquired invoice(std::size_t i) const { return {hand_, base_ + i}; }
    // The number of item i's present or next attempt, counted over all its rounds from 1.
    [[nodiscard]] std::uint32_t attempt(std::size_t i) const;

    // True if some item has a failed attempt, or is a suspect (Hand::is_suspect()). Such an item may kill the
    // program, so try each item alone.
    [[nodiscard]] bool has_suspect() const noexcept;

    // Returns true if the batch has a permit for one attempt at any item, or can take one now. The batch
    // keeps the permit until use_permit(). If take_permit() returns false, wait at most until_permit(), and
    // call it again.
    [[nodiscard]] bool take_permit();
    void use_permit() noexcept { has_permit_ = false; }
    // The time after which to call take_permit() again; nanoseconds::max() if take_permit() has not returned
    // false since the last look_after().
    [[nodiscard]] std::chrono::nanoseconds until_permit() const noexcept { return until_permit_; }

    // Marks item i as being processed. Call it before any work for the item, since the work may kill the
    // consumer. `count`: how many items the program has, including item i. Call it again when `count` changes
    // from 1 to more, or back to 1. If the batch was given up, marks nothing and returns false: then do
    // nothing more for the item.
    [[nodiscard]] bool begin(std::size_t i, std::size_t count = 1) noexcept;
    // As begin(), but for the time while the program for item i starts. The supervisor's watch does not add
    // this time to the item's time.
    [[nodiscard]] bool begin_start(std::size_t i, std::size_t count = 1) noexcept;
    // If an item is marked as being processed, removes that mark.
    void pause() noexcept;

    // The result of item i. The processor fills it in, and then calls finish(). If the status is Waiting, the
    // program asks for another attempt, and finish() decides whether the item gets it (Chances).
    [[nodiscard]] Result& result(std::size_t i) noexcept { return results_[i]; }
    void finish(std::size_t i);
    // Notes how the program for item i has ended: the code of Attempt::exit_status. Call it before finish().
    void note_exit(std::uint16_t status) noexcept { exit_status_ = status; }

    // Finishes item i as failed, with `reason`. Call it if the program's answer for the item cannot be
    // recorded.
    void refuse(std::size_t i, std::string_view reason);
    // Call it before any work for item i. Finished: the item is finished without any, because the source is
    // held, or because its id is booked already. Later: ask again after kAdmitAgain.
    enum class Entry : std::uint8_t { Begin, Later, Finished };
    static constexpr std::chrono::milliseconds kAdmitAgain{5};
    [[nodiscard]] Entry enter(std::size_t i);
    // The program for item i has shown that no invoice can be processed: holds the source, and finishes the
    // item as waiting, uncharged. Returns false, and does nothing, if nothing may be held.
    [[nodiscard]] bool hold(std::size_t i, Cause cause, std::string_view said);

    // Counts a failed attempt at item i, which was marked by begin(). An exit with EX_TEMPFAIL asks for
    // another attempt, and does not count if the item can wait. Unless the next attempt follows at once,
    // finishes the item as waiting or failed, and returns Finished. Its reason is then the cause and the text
    // that the program `said`.
    enum class AfterCharge { TryAgain, Finished };
    AfterCharge charge(std::size_t i, Cause cause, std::string_view said);

    // Saves results that are due, and calls the owner's do_other_work(). Call it before each wait. Returns
    // the longest time that the wait may take.
    [[nodiscard]] std::chrono::nanoseconds look_after(TimePoint now);
    // Saves the results before the first unfinished item. Call it at the end.
    void save();

  private:
    void settle_without_work(std::size_t i);
    void mark_finished(std::size_t i) noexcept;
    void tell_attempt(std::size_t i);
    [[nodiscard]] std::string reason_of(Cause cause, std::string_view said) const;
    void finish_uncharged(std::size_t i, std::string_view reason);
    [[nodiscard]] bool begin(std::size_t i, bool is_start, bool is_shared) noexcept;
    void resume(std::size_t i) noexcept;

    Hand hand_;
    std::span<Result> results_;
    Chances chances_;
    Owner& owner_;
    std::uint64_t first_;  // ring index of the hand's item 0
    std::size_t base_;     // the batch's item 0 is the hand's item `base_`
    std::size_t size_;
    std::bitset<kMaxBatch> finished_;
    std::size_t finished_count_ = 0;
    std::size_t ready_ = 0;  // all items before it are finished
    std::size_t saved_ = 0;  // all items before it are saved
    bool is_given_up_ = false;
    bool is_left_ = false;
    bool has_permit_ = false;
    std::chrono::nanoseconds until_permit_ = std::chrono::nanoseconds::max();
    std::optional<std::size_t> begun_;
    bool is_start_ = false;            // the program for item `begun_` is still starting
    bool is_shared_ = false;           // the program for item `begun_` has further items
    std::bitset<kMaxBatch> is_timed_;  // began_at_[i] is when the present attempt at item i began
    std::array<TimePoint, kMaxBatch> began_at_;
    std::uint16_t exit_status_ = Attempt::kNoExitStatus;  // of the attempt that finish() is called for next
    std::uint32_t beats_ = 0;  // a new value makes the supervisor's watch measure an item's time anew
    TimePoint saved_at_;
};

// If item i's file has left the spool or was replaced, finishes the item as failed and returns true. Call it
// before a program gets the item, since programs open the file by its name.
[[nodiscard]] bool settle_without_file(const SpoolFolder& spool, Batch& batch, std::size_t i);

}  // namespace pipeline
