// SPDX-License-Identifier: Apache-2.0
// Limits the memory of this process (--memory-limit). An attempt at an invoice that needs more memory fails,
// and does not endanger the machine.
#pragma once

#include <cstdint>
#include <utility>

namespace pipeline {

// The memory that a consumer gets for its own work besides the invoice: the ledger's cache, a flush, the log.
inline constexpr std::uint64_t kOwnMemory = std::uint64_t{32} << 20U;

// Sets this process's soft limit RLIMIT_AS to the sum of `bytes`, kOwnMemory, and the size of all that it has
// mapped already, such as the segments. Sets no limit if `bytes` is 0, and leaves a lower limit alone. Throws
// Failure: NoInput if the system refuses; InputOutput if /proc cannot be read.
void limit_memory(std::uint64_t bytes);

// While it lives, the limit that limit_memory() has set is higher by this, for memory that the process needs
// for its own work and that grows with the ledger. It changes no limit that somebody else has set.
class OwnMemory {
  public:
    explicit OwnMemory(std::uint64_t bytes) noexcept;
    OwnMemory(OwnMemory&& other) noexcept : bytes_(std::exchange(other.bytes_, 0)) {}
    OwnMemory& operator=(OwnMemory&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~OwnMemory();

  private:
    std::uint64_t bytes_;
};

}  // namespace pipeline
