// SPDX-License-Identifier: Apache-2.0
// Reads words of the segments without a lock while other processes write them. The reader checks its read
// afterwards: it loads the index that guards these words again. If the index is unchanged, nobody had begun
// to overwrite the words. This works only if both sides keep their accesses in order: the reader loads with
// loaded() or loaded_plain(), and the writer calls fence_before_overwrite(). docs/crash-safety.md has the
// table of all words.
#pragma once

#include <atomic>
#include <concepts>
#include <type_traits>

namespace pipeline {

// Returns the value, which is never torn. The load comes before every later load of this thread.
template <class T>
[[nodiscard]] T loaded(const std::atomic<T>& shared) noexcept {
    return shared.load(std::memory_order_acquire);
}

// Returns the value of a word that its writers store without atomics. The value is never torn, and the load
// comes before every later load of this thread. This load is a data race, which ThreadSanitizer would report.
// The race is deliberate: the reader checks other words to find out whether the value was still valid.
template <class T>
requires std::integral<T> || std::is_enum_v<T>
[[nodiscard]] __attribute__((no_sanitize("thread"))) T loaded_plain(const T& shared) noexcept {
    T value;
    __atomic_load(&shared, &value, __ATOMIC_ACQUIRE);
    return value;
}

// Call it once before overwriting memory that others may be reading. A reader that then loads one of the new
// values also sees everything that this thread stored or saw before the call. So if that reader checks its
// read by loading the index again, it finds that the index has changed. The fence costs no instruction on
// x86.
inline void fence_before_overwrite() noexcept {
#ifndef __SANITIZE_THREAD__  // ThreadSanitizer models no fences, and reports none of these reads anyway
    std::atomic_thread_fence(std::memory_order_release);
#endif
}

}  // namespace pipeline
