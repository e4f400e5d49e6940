// SPDX-License-Identifier: Apache-2.0
// Zeroed memory that the processes of one measurement share: mapped before the forks, touched at once, gone
// with the last process.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace pipeline::bench {

[[nodiscard]] inline void* shared_bytes(std::size_t bytes) noexcept {
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) {
        std::perror("mmap of shared memory");
        std::abort();
    }
    return memory;
}

// A T (an implicit-lifetime type whose zero bytes are a value), for the life of the process.
template <class T>
[[nodiscard]] T& shared() noexcept {
    return *static_cast<T*>(shared_bytes(sizeof(T)));
}

// After a fork: no page of it is missing in this process any more.
inline void populate(void* memory, std::size_t bytes) noexcept {
    static_cast<void>(::madvise(memory, bytes, MADV_POPULATE_WRITE));
}

}  // namespace pipeline::bench
