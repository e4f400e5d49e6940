// SPDX-License-Identifier: Apache-2.0
// A moment's rest inside a loop that looks again and again: it saves power, and leaves the processor's other
// thread and the memory bus to those who work.
#pragma once

#include <atomic>

namespace pipeline {

inline void pause_processor() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb" ::: "memory");
#else
    std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace pipeline
