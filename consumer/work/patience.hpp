// SPDX-License-Identifier: Apache-2.0
// Retries, for a bounded time, to open or read an invoice's file after a failure outside the file: a disk or
// a server that does not answer, or a lack of descriptors. The invoice is not at fault, and the failure may
// pass soon. The consumer waits meanwhile and does nothing else.
//
// It logs one line when it begins to wait and one when a file can be read again, however many files are
// affected.
#pragma once

#include <chrono>
#include <string_view>

namespace pipeline {

class Patience {
  public:
    static constexpr std::chrono::seconds kMost{60};

    // `bound`: the longest wait for one file.
    explicit Patience(std::chrono::nanoseconds bound = kMost) noexcept : bound_(bound) {}

    // Returns the bound to use with `item_timeout` (0: no timeout): half of it, but at most kMost. So the
    // wait ends before the supervisor's watch kills the consumer because the item takes too long.
    [[nodiscard]] static std::chrono::nanoseconds bound_for(std::chrono::nanoseconds item_timeout) noexcept;

    // Call before the first try to open each file. The bound then counts from the first failure on that file.
    void begin() noexcept { until_ = {}; }
    // Call when the system call `call` has failed on the file `name` with `error`, an errno value. Returns
    // true, after a pause, if the caller should retry; false if the error will not pass or time is up.
    [[nodiscard]] bool wait(const char* call, std::string_view name, int error);
    // Call when a file could be read.
    void succeeded();

  private:
    using Clock = std::chrono::steady_clock;
    std::chrono::nanoseconds bound_;
    Clock::time_point until_{};  // zero: the present file has not failed yet
    bool has_told_ = false;
};

}  // namespace pipeline
