// SPDX-License-Identifier: Apache-2.0
// Reads one word of the segments while other processes may write it: never torn, and ordered before every
// later load.
#pragma once

#include <atomic>
#include <concepts>

namespace pipeline {

template <class T>
[[nodiscard]] T loaded(const std::atomic<T>& shared) noexcept {
    return shared.load(std::memory_order_acquire);
}

// The same for a word that its writers store plainly. ThreadSanitizer would report a race. It is deliberate:
// the reader checks by other words whether the value was still valid.
template <std::integral T>
[[nodiscard]] __attribute__((no_sanitize("thread"))) T loaded_plain(const T& shared) noexcept {
    return __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
}

}  // namespace pipeline
