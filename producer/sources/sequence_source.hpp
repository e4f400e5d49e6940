// SPDX-License-Identifier: Apache-2.0
// The source sequence[:COUNT], which makes up the ids "1", "2", "3" ...; an item's position is its number. It
// serves to measure and to verify the pipeline: no input limits it, and a gap in the ledger is easy to see.
#pragma once

#include <array>

#include "producer/sources/source.hpp"

namespace pipeline {

class SequenceSource final : public Source {
  public:
    // Continues with the number `next` (0 means 1). Ends with the number `count`; without it, never ends.
    SequenceSource(std::uint64_t next, std::optional<std::uint64_t> count);

    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] bool exhausted() const override { return next_ > last_; }
    void stop() override { last_ = 0; }
    void wait(int signal_fd, std::chrono::milliseconds bound) override;
    [[nodiscard]] std::optional<std::uint64_t> expected() const override { return count_; }

  private:
    void write_number();

    std::uint64_t next_;
    std::uint64_t last_;
    std::optional<std::uint64_t> count_;
    // next_ as decimal text, updated once in ten numbers; its last digit is not used.
    std::array<char, 24> text_{};
    std::size_t length_ = 0;
};

}  // namespace pipeline
