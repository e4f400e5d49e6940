// SPDX-License-Identifier: Apache-2.0
// A mutex in shared memory that outlives its owner: pthread_mutex_t, process-shared and robust. Each caller
// passes a `settle` callable, so that no caller can forget the recovery after an owner's death. If the last
// owner died while it held the lock, the new owner runs `settle` with the lock held, and then marks the mutex
// as consistent. After a kill inside `settle`, the next owner runs its `settle` again. If `settle` throws,
// the mutex is unlocked without that mark, and nobody can ever lock it again. Only memory operations belong
// between lock and unlock.
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

    // Turns raw shared memory into a mutex. The creator calls it once, before any other process can see the
    // memory. Throws Failure if the system has no robust mutexes.
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

    // How many times a waiter checks for a free lock, with a pause in between, before it sleeps. That takes
    // one or two microseconds, which is longer than these locks are held.
    static constexpr int kSpinRests = 50;

    // Locks, and waits at most `bound`; a bound of zero or less tries once. Returns an empty guard after a
    // timeout. A caller that does not expect a free lock soon passes a smaller `spin_rests`.
    template <class Settle>
    Guard lock_for(std::chrono::nanoseconds bound, Settle&& settle, int spin_rests = kSpinRests) {
        const int locked = timed_lock(bound, spin_rests);
        if (!is_answer(locked)) require_owner();
        return finish(locked, std::forward<Settle>(settle));
    }

    // Returns a count that each locking and each beat() increments. An owner that is stopped does not change
    // it.
    [[nodiscard]] std::uint32_t beats() const noexcept { return beats_.load(std::memory_order_relaxed); }
    // Returns the owner's thread id, as the owner stored it; 0 if the lock is free. A dead owner's id stays
    // until the next locking.
    [[nodiscard]] std::uint32_t owner() const noexcept { return owner_.load(std::memory_order_relaxed); }
    // Returns the owner's thread id, as the lock word has it; 0 if the lock is free or its owner is dead.
    // While the owner lives, this differs from owner() only just after the locking and just before the
    // unlocking.
    [[nodiscard]] std::uint32_t holder() const noexcept;
    // Returns owner(), but 0 if the owner is dead: another thread may have the dead owner's id by now.
    [[nodiscard]] std::uint32_t living_owner() const noexcept;
    // True if initialise() has made the mutex, and the mutex can be locked: it is free, or its owner has
    // died. Call it only while no process uses the mutex.
    [[nodiscard]] bool is_sound() const noexcept;
    // True if the owner has died: the next owner will run `settle`. Call it only while no process uses the
    // mutex.
    [[nodiscard]] bool is_abandoned() const noexcept;
    // Increments the count of beats(). Only the owner may call it.
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
        Guard guard(this);
        settle();
        mark_consistent();
        return guard;
    }

    // False if `error` is a timeout: the lock was not taken in time.
    static bool is_answer(int error) noexcept { return error != EBUSY && error != ETIMEDOUT; }
    int try_lock(int spin_rests) noexcept;
    int timed_lock(std::chrono::nanoseconds bound, int spin_rests) noexcept;
    void own() noexcept;
    void unlock() noexcept;
    void mark_consistent() noexcept;
    // True if `error` is EOWNERDEAD, false if it is a timeout. Throws DamagedMemory on any other error.
    bool owner_died(int error) const;
    // Throws DamagedMemory if the mutex is locked and the thread in its lock word does not exist or is the
    // calling thread: no waiter could ever get the lock.
    void require_owner() const;

    pthread_mutex_t mutex_;
    std::atomic<std::uint32_t> owner_;
    std::atomic<std::uint32_t> beats_;
};

}  // namespace pipeline
