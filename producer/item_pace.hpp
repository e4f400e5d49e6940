// SPDX-License-Identifier: Apache-2.0
// Tells the producer how many items are worth acquiring now. With --rate, these are the items whose
// processing may begin soon; the others stay in the source. The pace does not enforce the rate: the consumers
// do, attempt by attempt (Permits).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/core/pace/permits.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline {

class ItemPace {
  public:
    // `rate`: none: every item is worth acquiring at once.
    ItemPace(const Ring& ring, const Storage& storage, std::optional<double> rate);

    // Returns the number of items that are wanted now.
    [[nodiscard]] std::size_t wanted() const noexcept;
    // Returns zero if an item is wanted now, else how long the producer may wait before it must ask again.
    [[nodiscard]] std::chrono::nanoseconds until_wanted() const noexcept;
    // Call just before a push.
    void note_push(std::uint64_t now_ns) noexcept;
    // Call when the source has stopped: what is still to come is wanted at once.
    void stop() noexcept { rate_.reset(); }

  private:
    Ring ring_;
    Storage storage_;
    std::optional<double> rate_;
    std::optional<Permits> permits_;
    std::uint64_t word_at_push_ = 0;  // permits_->word() before the last push
    std::uint64_t pushed_ns_ = 0;     // the time of the last push; 0 without --rate
};

}  // namespace pipeline
