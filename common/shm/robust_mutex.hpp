// SPDX-License-Identifier: Apache-2.0
// A mutex in shared memory that outlives its owner: pthread_mutex_t, process-shared and robust. Locking
// takes a `settle` callable, so that no caller can forget what must be done when the previous owner
// died: it runs with the lock held, before the mutex is marked consistent, and may itself be killed
// (the next owner then settles again). Only memory operations belong between lock and unlock.
//
// Not for processes of another pid namespace, nor for children of vfork or raw clone: the kernel marks
// a dead owner only through the robust list that fork and exec set up (futex(2), get_robust_list(2)).
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
        // False if the lock was not got within its time.
        [[nodiscard]] explicit operator bool() const noexcept { return mutex_ != nullptr; }

      private:
        friend class RobustMutex;
        explicit Guard(RobustMutex* mutex) noexcept : mutex_(mutex) {}
        RobustMutex* mutex_ = nullptr;
    };

    // Makes a mutex of raw shared memory; once, by its creator, before anyone else can see it.
    // Throws Failure if the system has no robust mutexes.
    void initialise();

    // Waits for the lock until it has it; for critical sections that hold memory operations only. It asks
    // again every kAskAgain: an unlock wakes one waiter alone, and if that one is stopped (SIGSTOP) the
    // others would sleep beside a free lock for as long as it is.
    template <class Settle>
    Guard lock(Settle&& settle) noexcept {
        int locked = 0;
        do locked = timed_lock(kAskAgain, kSpinRests);
        while (!is_answer(locked));
        return finish(locked, std::forward<Settle>(settle));
    }

    static constexpr std::chrono::milliseconds kAskAgain{200};

    // How often to look whether it is free before sleeping, with a rest in between: a microsecond or two,
    // which is more than what is done under these locks takes.
    static constexpr int kSpinRests = 50;

    // Waits at most `bound`; a bound of zero or less tries once. An empty guard means timed out. Who has no
    // reason to hope that it will be free soon gives fewer rests.
    template <class Settle>
    Guard lock_for(std::chrono::nanoseconds bound, Settle&& settle, int spin_rests = kSpinRests) noexcept {
        return finish(timed_lock(bound, spin_rests), std::forward<Settle>(settle));
    }

    // Bumped at each locking and at each call of beat(): an owner that waits for something while it
    // holds the lock is told from one that is stopped.
    [[nodiscard]] std::uint32_t beats() const noexcept { return beats_.load(std::memory_order_relaxed); }
    // The thread id of the owner, 0 when it is free. A dead owner's id stays until the next locking.
    [[nodiscard]] std::uint32_t owner() const noexcept { return owner_.load(std::memory_order_relaxed); }
    // The same, but 0 also if the owner is dead, whose id another thread may have by now.
    [[nodiscard]] std::uint32_t living_owner() const noexcept;
    // True if it is what initialise() makes and can be locked, now or because its owner's death has been
    // marked. To be asked while no process uses it.
    [[nodiscard]] bool is_sound() const noexcept;
    // True if its owner has died: whoever locks it next settles. To be asked as above.
    [[nodiscard]] bool is_abandoned() const noexcept;
    // For the owner only.
    void beat() noexcept { beats_.store(beats() + 1, std::memory_order_relaxed); }

  private:
    template <class Settle>
    Guard finish(int locked, Settle&& settle) noexcept {
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

    // False for a time that ran out.
    static bool is_answer(int error) noexcept { return error != EBUSY && error != ETIMEDOUT; }
    int try_lock(int spin_rests) noexcept;
    int timed_lock(std::chrono::nanoseconds bound, int spin_rests) noexcept;
    void own() noexcept;
    void unlock() noexcept;
    void mark_consistent() noexcept;
    // True for EOWNERDEAD, false for a time that ran out; aborts on anything else.
    static bool owner_died(int error) noexcept;

    pthread_mutex_t mutex_;
    std::atomic<std::uint32_t> owner_;
    std::atomic<std::uint32_t> beats_;
};

}  // namespace pipeline
