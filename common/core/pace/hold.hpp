// SPDX-License-Identifier: Apache-2.0
// The hold: if attempt after attempt fails, the world is down and not the invoices. The source is then held:
// what is in ring and hands is recorded as waiting, untried, and from time to time one invoice is tried. A
// success ends the hold.
//
// Consumers count the failures and begin a hold; the producer lets items through to be tried, and ends a hold
// that has lasted long enough. All words are atomic and independent of each other: a kill between two stores
// leaves a hold that begins or ends one attempt later.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "common/core/layout.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

// The reason in the row of an invoice that waits because of a hold, and was not tried.
inline constexpr std::string_view kHeldReason = "not tried: the source was held";

class Hold {
  public:
    explicit Hold(HoldArea& area) noexcept : area_(&area) {}

    [[nodiscard]] bool is_on() const noexcept { return loaded(area_->since_ns) != 0; }
    [[nodiscard]] std::uint64_t since_ns() const noexcept { return loaded(area_->since_ns); }
    // False if the item with this ring index must not be tried, because of a hold.
    [[nodiscard]] bool lets_through(std::uint64_t index) const noexcept {
        return !is_on() || loaded(area_->tried) == index + 1;
    }

    // Counts an invoice with this hash, of which an attempt has failed. Each invoice counts once in a row: a
    // few that fail whatever the world is like hold nothing, however often they are tried. Returns true if
    // the hold begins with this failure: that of the `after`-th invoice in a row (0: never). Two hashes may
    // have one bit, so that it may need one or two invoices more. Beyond 2,048 in a row, when half of the
    // bits would be set, only an invoice that fails twice running counts once.
    [[nodiscard]] bool note_failure(std::uint64_t hash, std::uint32_t after) noexcept;
    // Begins a hold at once, unless nothing is held until the next success. Returns true if it has begun.
    [[nodiscard]] bool begin() noexcept;
    // An attempt has succeeded. Returns true if that has ended a hold.
    bool note_success() noexcept;

    // For the producer: lets the item with this ring index be tried.
    void let_through(std::uint64_t index) noexcept {
        area_->tried.store(index + 1, std::memory_order_release);
    }
    // For the producer: ends the hold. Nothing is held until the next success, so that failures count again.
    void give_up() noexcept;

  private:
    static constexpr unsigned kHashBits = 48;
    static constexpr std::uint64_t kFailedBits = 64 * std::tuple_size_v<decltype(HoldArea::failed)>;

    [[nodiscard]] bool is_first_of(std::uint64_t hash) noexcept;
    void forget_failures() noexcept;

    HoldArea* area_;
};

}  // namespace pipeline
