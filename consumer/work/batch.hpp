// SPDX-License-Identifier: Apache-2.0
// The unsaved items of a hand, for a processor that works on them outside of the consumer: several at a time,
// or in another order, with attempts that fail while the consumer lives. Results are saved in the hand's
// order, as far as all before them are finished, at the end or after a millisecond; what is not saved when
// the consumer dies is processed again.
//
// At each moment at most one item is the one that is being worked on: the consumer's death is charged to it,
// and the supervisor's watch looks at how long it takes. While the consumer is busy with itself there is
// none.
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/core/hand.hpp"
#include "common/core/result.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

class Batch {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // What the consumer does for a batch.
    class Owner {
      public:
        Owner() = default;
        Owner(const Owner&) = delete;
        Owner& operator=(const Owner&) = delete;
        virtual ~Owner() = default;
        // Saves the results of the hand's next items. False if that is impossible for good and the consumer
        // is to leave what is in its hand to another one.
        [[nodiscard]] virtual bool save_results(std::span<const Result> results) = 0;
        // Does what is due beside the processing; returns how long until something is due again, at most.
        virtual std::chrono::nanoseconds look_after() = 0;
    };

    // `results` has room for all items of the hand. An item that is not to be processed (its id is unusable,
    // or its attempts are used up) is finished from the beginning.
    Batch(const Hand& hand, std::span<Result> results, std::uint32_t max_attempts,
          std::chrono::nanoseconds item_timeout, Owner& owner);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // Nothing is left to be done: all items are finished, or the batch has to be left as it is.
    [[nodiscard]] bool is_done() const noexcept { return finished_count_ == size_ || is_given_up_; }
    [[nodiscard]] bool is_given_up() const noexcept { return is_given_up_; }
    [[nodiscard]] bool is_finished(std::size_t i) const noexcept { return finished_[i]; }
    [[nodiscard]] const Item& item(std::size_t i) const noexcept { return hand_.item(base_ + i); }
    // Which attempt at item i the next one is, or the present one: 1..max_attempts.
    [[nodiscard]] std::uint32_t attempt(std::size_t i) const noexcept { return hand_.deaths(base_ + i) + 1U; }

    // Item i is the one that is being worked on. Before anything is done for it, since that may kill the
    // consumer.
    void begin(std::size_t i) noexcept;
    // None is.
    void pause() noexcept;

    // Where item i's result is put; finish() says that it is there.
    [[nodiscard]] Result& result(std::size_t i) noexcept { return results_[i]; }
    void finish(std::size_t i) noexcept;

    // The attempt at item i, which was begun, has failed. If it was the last one the item is finished as
    // failed, with the cause and what the program `said` as its reason.
    enum class AfterCharge { TryAgain, GivenUp };
    AfterCharge charge(std::size_t i, Cause cause, std::string_view said);

    // Saves what is due to be saved and lets the owner look after its own. To be called before each wait;
    // returns how long that may be at most.
    [[nodiscard]] std::chrono::nanoseconds look_after(TimePoint now);
    // Saves what is finished. To be called at the end.
    void save();

  private:
    void settle_without_work(std::size_t i);
    void mark_finished(std::size_t i) noexcept;

    Hand hand_;
    std::span<Result> results_;
    std::uint32_t max_attempts_;
    std::chrono::nanoseconds item_timeout_;
    Owner& owner_;
    std::uint64_t first_;  // ring index of the hand's first item
    std::size_t base_;     // the batch begins at this item of the hand
    std::size_t size_;
    std::bitset<kMaxBatch> finished_;
    std::size_t finished_count_ = 0;
    std::size_t ready_ = 0;  // all items before it are finished
    std::size_t saved_ = 0;  // all items before it are saved
    bool is_given_up_ = false;
    std::optional<std::size_t> begun_;
    TimePoint saved_at_;
};

// If the file of item i is not in the spool any more, or is another one: finishes the item as failed and
// returns true. For what opens the file by its name.
[[nodiscard]] bool settle_without_file(const SpoolFolder& spool, Batch& batch, std::size_t i);

}  // namespace pipeline
