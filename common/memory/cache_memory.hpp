// SPDX-License-Identifier: Apache-2.0
// Memory in which the processes of one pipeline keep a single copy of what each of them could make for
// itself. It has no name: the supervisor makes it, and its children inherit its descriptor. It ends with
// the last of them, so nothing is left behind, and no other process can reach it. Its size is fixed and
// sealed (memfd_create(2)); it takes only as much memory as has been written.
//
// A process has at most one. Without it, each process uses memory of its own.
#pragma once

#include <cstdint>

namespace pipeline {

// So many bytes can be written; reading finds zero where nobody has written.
inline constexpr std::int64_t kCacheBytes = std::int64_t{1} << 36U;

// In the supervisor, before it starts children. Returns the descriptor; -1 if the system refuses. Further
// calls return the same one.
int make_cache_memory() noexcept;

// In a child, with the number that the supervisor has given it. Ignores a descriptor of anything else.
void adopt_cache_memory(int fd) noexcept;

// Returns the descriptor of this process's cache memory; -1: it has none.
[[nodiscard]] int cache_memory() noexcept;

}  // namespace pipeline
