// SPDX-License-Identifier: Apache-2.0
// A hand of items with the numbers 1..count in ordinary memory, and the consumer that owns its batch.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "consumer/work/batch.hpp"
#include "tests/support/memory_segments.hpp"

namespace pipeline::test {

class BatchOwner : public Batch::Owner {
  public:
    explicit BatchOwner(std::uint64_t count) : hand_(segments_.ring().hand(0)) {
        for (std::uint64_t i = 0; i < count; ++i) set_number(hand_.item(i), i + 1);
        hand_.set_word({0, count, 0});
    }
    [[nodiscard]] Batch batch_with(const Chances& chances) { return {hand_, results_, chances, *this}; }
    [[nodiscard]] Batch batch(std::uint32_t max_attempts, std::chrono::nanoseconds item_timeout) {
        return {hand_, results_, {max_attempts, item_timeout}, *this};
    }

    bool save_results(std::span<const Result> results) override {
        saved_ += results.size();
        return can_save_;
    }
    std::chrono::nanoseconds do_other_work() override { return std::chrono::milliseconds(100); }
    bool must_leave() override { return must_leave_; }
    [[nodiscard]] std::uint64_t work() const { return hand_.area().work.load(); }

    MemorySegments segments_{16, 16};
    Hand hand_;
    std::array<Result, 16> results_;
    bool can_save_ = true;
    bool must_leave_ = false;
    std::size_t saved_ = 0;
};

}  // namespace pipeline::test
