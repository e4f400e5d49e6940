// SPDX-License-Identifier: Apache-2.0
// Counts consecutive deaths of consumers without progress in between, as when a library is missing or the
// segment files were truncated. After ten such deaths, another start is unlikely to help. Pure: the caller
// passes the progress.
#pragma once

#include <cstdint>

namespace pipeline {

class FutileDeaths {
  public:
    static constexpr int kMost = 10;

    // Call when a consumer has died. `progress`: a number that changes whenever the pipeline makes progress.
    void died(std::uint64_t progress) noexcept {
        if (progress != progress_) count_ = 0;
        progress_ = progress;
        ++count_;
    }
    // Resets the count. Call when a consumer has shown that it can work.
    void forget() noexcept { count_ = 0; }
    [[nodiscard]] int count() const noexcept { return count_; }

  private:
    std::uint64_t progress_ = 0;
    int count_ = 0;
};

}  // namespace pipeline
