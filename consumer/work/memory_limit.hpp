// SPDX-License-Identifier: Apache-2.0
// Limits the memory of this process (--memory-limit). An invoice that takes more costs its consumer an
// attempt, and does not endanger the machine.
#pragma once

#include <cstdint>

namespace pipeline {

// The memory that a consumer has for its own work beside its invoice: the ledger's cache, a flush, the log.
inline constexpr std::uint64_t kOwnMemory = std::uint64_t{32} << 20U;

// Sets this process's soft limit RLIMIT_AS. From now on the process may map `bytes` (0: no limit) and
// kOwnMemory more than it has mapped already, such as the segments. A lower limit stays. Throws Failure:
// NoInput if the system refuses; InputOutput if /proc cannot be read.
void limit_memory(std::uint64_t bytes);

}  // namespace pipeline
