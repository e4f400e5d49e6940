// SPDX-License-Identifier: Apache-2.0
// What a group of processes has used so far, as the kernel tells it (proc(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace pipeline::bench {

struct Usage {
    std::uint64_t processor_ns = 0;
    std::uint64_t switches = 0;  // context switches, wanted and not

    [[nodiscard]] Usage operator-(const Usage& before) const noexcept {
        return {processor_ns - before.processor_ns, switches - before.switches};
    }
};

[[nodiscard]] Usage usage_of(const std::vector<pid_t>& pids);
// Memory that they have in RAM, what they share counted once (Pss), in bytes.
[[nodiscard]] std::uint64_t memory_of(const std::vector<pid_t>& pids);

// Counts the system call futex of some processes, by the kernel's tracepoint.
class FutexCounter {
  public:
    explicit FutexCounter(const std::vector<pid_t>& pids);
    FutexCounter(const FutexCounter&) = delete;
    FutexCounter& operator=(const FutexCounter&) = delete;
    ~FutexCounter();
    // Calls since the construction; none if this user may not count (perf_event_open(2)).
    [[nodiscard]] std::optional<std::uint64_t> calls() const;

  private:
    std::vector<int> counters_;
    bool works_ = true;
};

}  // namespace pipeline::bench
