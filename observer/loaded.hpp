// SPDX-License-Identifier: Apache-2.0
// Reading one word of the segments while others write it: whole, and before every load that follows.
#pragma once

#include <atomic>

namespace pipeline {

template <class T>
[[nodiscard]] T loaded(const std::atomic<T>& shared) noexcept {
    return shared.load(std::memory_order_acquire);
}

// Of a word that its writers write plainly.
template <class T>
[[nodiscard]] T loaded_plain(T& shared) noexcept {
    return std::atomic_ref<T>(shared).load(std::memory_order_acquire);
}

}  // namespace pipeline
