// SPDX-License-Identifier: Apache-2.0
#include "common/shm/condition.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>

namespace pipeline {
namespace {

// FUTEX_WAIT and FUTEX_WAKE without FUTEX_PRIVATE_FLAG: the word is shared between processes.
long futex(std::atomic<std::uint32_t>* word, int operation, std::uint32_t value,
           const timespec* timeout) noexcept {
    return ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word), operation, value, timeout, nullptr,
                     0);
}

}  // namespace

void Condition::wake() noexcept {
    // Clear the flag before the increment: a waiter that sets the flag again in between has read the old
    // sequence, so the kernel does not let it sleep.
    waiting.store(0, std::memory_order_relaxed);
    sequence.fetch_add(1, std::memory_order_seq_cst);
    futex(&sequence, FUTEX_WAKE, INT_MAX, nullptr);
}

void Condition::sleep(std::uint32_t seen, std::chrono::nanoseconds bound) noexcept {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(bound);
    timespec timeout{};
    timeout.tv_sec = whole.count();
    timeout.tv_nsec = (bound - whole).count();
    futex(&sequence, FUTEX_WAIT, seen, &timeout);  // EAGAIN, EINTR, ETIMEDOUT: the caller checks again
}

}  // namespace pipeline
