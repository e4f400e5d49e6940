// SPDX-License-Identifier: Apache-2.0
// Makes a short pause inside a spin loop: this saves power, and leaves the core's other hardware thread and
// the memory bus to processes that work.
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
