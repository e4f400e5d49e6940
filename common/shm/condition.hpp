// SPDX-License-Identifier: Apache-2.0
// A condition in shared memory that ONE process at a time waits for. It has a sequence word, which is a futex
// (futex(2)), and a flag: thanks to the flag, notify() makes no system call if nobody waits.
//
// It survives a kill of any process at any instruction, because it keeps no state that a dead process would
// have to undo: no count of waiters, only a flag that the notifier clears. A kill can lose one wake-up: a
// notifier may die after it has committed its change and before it wakes the waiter. Every wait is therefore
// bounded, and the supervisor wakes all conditions after each death.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "common/shm/pause.hpp"

namespace pipeline {

struct Condition {
    std::atomic<std::uint32_t> sequence;  // the futex word; each wake() increments it
    std::atomic<std::uint32_t> waiting;   // 1: the waiter may sleep; it sets this, and a notifier clears it

    // The number of pauses that the waiter makes before it sleeps; if the other side is quick, the waiter
    // need not sleep. Between the pauses it checks `ready`. Each check takes the cache line away from the
    // other side, so the number of pauses between two checks doubles each time.
    static constexpr int kSpinRests = 127;

    // Waits until `ready()` holds, for at most `bound`; returns the last result of `ready()`. `ready` reads
    // shared memory and is called again after each wake-up, whatever the reason for it. A waiter that expects
    // to wait long passes a smaller `spin_rests`.
    template <class Ready>
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds bound, Ready&& ready,
                                int spin_rests = kSpinRests) noexcept {
        if (bound <= std::chrono::nanoseconds::zero()) return ready();
        for (int rests = 1; rests <= spin_rests; rests *= 2) {
            if (ready()) return true;
            for (int rest = 0; rest < rests; ++rest) pause_processor();
        }
        const auto until = std::chrono::steady_clock::now() + bound;
        while (true) {
            const std::uint32_t seen = sequence.load(std::memory_order_acquire);
            waiting.store(1, std::memory_order_relaxed);
            full_fence();  // the flag is visible before ready() is called: see notify()
            if (ready()) return true;
            const auto remaining = until - std::chrono::steady_clock::now();
            if (remaining <= std::chrono::nanoseconds::zero()) return false;
            sleep(seen, remaining);
        }
    }

    // Wakes the waiter, if there is one. Call it after the store that makes `ready()` true (the commit).
    void notify() noexcept {
        full_fence();  // the commit is visible before the flag is read: so one side sees the other's store
        if (waiting.load(std::memory_order_relaxed) != 0) wake();
    }

    // Wakes the waiter, if there is one and `worth_it()` holds. Calls `worth_it` only if there is a waiter.
    template <class WorthIt>
    void notify_if(WorthIt&& worth_it) noexcept {
        full_fence();
        if (waiting.load(std::memory_order_relaxed) != 0 && worth_it()) wake();
    }

    // Wakes the waiter even if `waiting` is 0. Call it after a death, or to request a stop.
    void wake() noexcept;

  private:
    // Sleeps while the sequence is still `seen`, at most `bound`.
    void sleep(std::uint32_t seen, std::chrono::nanoseconds bound) noexcept;
    void full_fence() noexcept {
#ifdef __SANITIZE_THREAD__
        // ThreadSanitizer does not model fences. An atomic read-modify-write of `waiting` on both sides gives
        // the same order.
        waiting.fetch_or(0, std::memory_order_seq_cst);
#else
        std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
    }
};

}  // namespace pipeline
