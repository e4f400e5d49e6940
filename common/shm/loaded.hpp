// SPDX-License-Identifier: Apache-2.0
// Reading one word of the segments while others write it: whole, and before every load that follows.
#pragma once

#include <atomic>
#include <concepts>

namespace pipeline {

template <class T>
[[nodiscard]] T loaded(const std::atomic<T>& shared) noexcept {
    return shared.load(std::memory_order_acquire);
}

// Of a word that its writers write plainly. ThreadSanitizer would call that a race: it is one on purpose, and
// whoever reads finds out by other words whether what he read was still meant.
template <std::integral T>
[[nodiscard]] __attribute__((no_sanitize("thread"))) T loaded_plain(const T& shared) noexcept {
    return __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
}

}  // namespace pipeline
