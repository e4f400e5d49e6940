// SPDX-License-Identifier: Apache-2.0
// Trying again, for a bounded time, to open or read an invoice's file when that failed for a cause outside of
// the file: a disk or a server that does not answer, no descriptors. The invoice is not at fault, and the
// cause may be over soon. The consumer waits meanwhile and does nothing else.
//
// One line in the log says that it waits, one that it goes on, whatever number of files were concerned.
#pragma once

#include <chrono>
#include <string_view>

namespace pipeline {

class Patience {
  public:
    static constexpr std::chrono::seconds kMost{60};

    // At most `bound` is waited for one file.
    explicit Patience(std::chrono::nanoseconds bound = kMost) noexcept : bound_(bound) {}

    // How long it is for items of that timeout (0: none): kMost, and less than what would get the consumer
    // killed.
    [[nodiscard]] static std::chrono::nanoseconds bound_for(std::chrono::nanoseconds item_timeout) noexcept;

    // A new file is begun.
    void begin() noexcept { until_ = {}; }
    // `call` has failed on the file `name` with `error`, an errno value. True, after a pause, if it is to be
    // tried again; false if the error will not pass or the time is up.
    [[nodiscard]] bool wait(const char* call, std::string_view name, int error);
    // A file could be read.
    void succeeded();

  private:
    using Clock = std::chrono::steady_clock;
    std::chrono::nanoseconds bound_;
    Clock::time_point until_{};  // none: the present file has not failed yet
    bool has_told_ = false;
};

}  // namespace pipeline
