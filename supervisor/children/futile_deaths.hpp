// SPDX-License-Identifier: Apache-2.0
// Counts deaths of consumers in a row without progress: a library is missing, or the segments were cut. After
// ten of them no further start is likely to help. Pure: the caller says what has progressed.
#pragma once

#include <cstdint>

namespace pipeline {

class FutileDeaths {
  public:
    static constexpr int kMost = 10;

    // A consumer has died. `progress` is a number that changes whenever the pipeline gets further.
    void died(std::uint64_t progress) noexcept {
        if (progress != progress_) count_ = 0;
        progress_ = progress;
        ++count_;
    }
    // A consumer has shown that it can work.
    void forget() noexcept { count_ = 0; }
    [[nodiscard]] int count() const noexcept { return count_; }

  private:
    std::uint64_t progress_ = 0;
    int count_ = 0;
};

}  // namespace pipeline
