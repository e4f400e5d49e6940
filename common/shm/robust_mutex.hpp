// SPDX-License-Identifier: Apache-2.0
// A mutex in shared memory that outlives its owner: pthread_mutex_t, process-shared and robust. Each caller
// passes a `settle` callable, so that no caller can forget the recovery after an owner's death. `settle` runs
// with the lock held, before the mutex is marked consistent; after a kill inside `settle`, the next owner
// settles again. Only memory operations belong between lock and unlock.
//
// The mutex works neither across pid namespaces nor for children of vfork or raw clone: the kernel marks a
// dead owner only through the robust list that fork and exec set up (futex(2), get_robust_list(2)).
#pragma once

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <utility>

namespace pipeline {

class alignas(64) RobustMutex {
  public:
    class [[nodiscard]] Guard {
      public:
        Guard() noexcept = default;
        Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Guard& operator=(Guard&& other) = delete;
        ~Guard() {
            if (mutex_ != nullptr) mutex_->unlock();
        }
        // False if the lock timed out.
        [[nodiscard]] explicit operator bool() const noexcept { return mutex_ != nullptr; }

      private:
        friend class RobustMutex;
        explicit Guard(RobustMutex* mutex) noexcept : mutex_(mutex) {}
        RobustMutex* mutex_ = nullptr;
    };

    // Turns raw shared memory into a mutex. The creator calls it once, before any other process can see it.
    // Throws Failure if the system has no robust mutexes.
    void initialise();

    // All functions that lock throw DamagedMemory if the mutex can never be locked.

    // Locks, and waits without a limit; for critical sections that only have memory operations. Retries every
    // kAskAgain: an unlock wakes only one waiter, and while that waiter is stopped (SIGSTOP) the others would
    // sleep although the lock is free.
    template <class Settle>
    Guard lock(Settle&& settle) {
        while (true) {
            const int locked = timed_lock(kAskAgain, kSpinRests);
            if (is_answer(locked)) return finish(locked, std::forward<Settle>(settle));
            require_owner();
        }
    }

    static constexpr std::chrono::milliseconds kAskAgain{200};

    // How often to check for a free lock before sleeping, with a pause in between: one or two microseconds,
    // longer than these locks are held.
    static constexpr int kSpinRests = 50;

    // Locks, and waits at most `bound`; a bound of zero or less tries once. Returns an empty guard after a
    // timeout. A caller that does not expect a free lock soon passes a smaller `spin_rests`.
    template <class Settle>
    Guard lock_for(std::chrono::nanoseconds bound, Settle&& settle, int spin_rests = kSpinRests) {
        const int locked = timed_lock(bound, spin_rests);
        if (!is_answer(locked)) require_owner();
        return finish(locked, std::forward<Settle>(settle));
    }

    // Returns a count that each locking and each beat() bumps. It distinguishes an owner that waits while it
    // holds the lock from an owner that is stopped.
    [[nodiscard]] std::uint32_t beats() const noexcept { return beats_.load(std::memory_order_relaxed); }
    // Returns the owner's thread id; 0 if the lock is free. A dead owner's id stays until the next locking.
    [[nodiscard]] std::uint32_t owner() const noexcept { return owner_.load(std::memory_order_relaxed); }
    // Returns the thread that the lock word names; 0 if the lock is free or its owner is dead. It differs
    // from owner() only while that thread has just taken the lock or is about to release it.
    [[nodiscard]] std::uint32_t holder() const noexcept;
    // As owner(), but also returns 0 if the owner is dead: another thread may have the dead owner's id by
    // now.
    [[nodiscard]] std::uint32_t living_owner() const noexcept;
    // True if initialise() made it and it can be locked: it is free, or marked as a dead owner's. Call it
    // only while no process uses the mutex.
    [[nodiscard]] bool is_sound() const noexcept;
    // True if its owner has died: the next owner will settle. Call it only while no process uses the mutex.
    [[nodiscard]] bool is_abandoned() const noexcept;
    // Bumps the count of beats(). Only the owner may call it.
    void beat() noexcept { beats_.store(beats() + 1, std::memory_order_relaxed); }

  private:
    template <class Settle>
    Guard finish(int locked, Settle&& settle) {
        if (locked == 0) [[likely]] {
            own();
            return Guard(this);
        }
        if (!owner_died(locked)) return Guard();
        own();
        settle();
        mark_consistent();
        return Guard(this);
    }

    // False for a timeout.
    static bool is_answer(int error) noexcept { return error != EBUSY && error != ETIMEDOUT; }
    int try_lock(int spin_rests) noexcept;
    int timed_lock(std::chrono::nanoseconds bound, int spin_rests) noexcept;
    void own() noexcept;
    void unlock() noexcept;
    void mark_consistent() noexcept;
    // True for EOWNERDEAD, false for a timeout; throws DamagedMemory on anything else.
    bool owner_died(int error) const;
    // Throws DamagedMemory if the lock word names no living thread, or this one: no waiter could ever get the
    // lock.
    void require_owner() const;

    pthread_mutex_t mutex_;
    std::atomic<std::uint32_t> owner_;
    std::atomic<std::uint32_t> beats_;
};

}  // namespace pipeline
