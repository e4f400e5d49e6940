// SPDX-License-Identifier: Apache-2.0
#include "common/shm/robust_mutex.hpp"

#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>
#include <new>

#include "common/base/error.hpp"
#include "common/shm/damaged_memory.hpp"
#include "common/shm/pause.hpp"

namespace pipeline {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr clockid_t kTimedLockClock =
    CLOCK_REALTIME;  // ThreadSanitizer does not intercept pthread_mutex_clocklock
#else
constexpr clockid_t kTimedLockClock = CLOCK_MONOTONIC;
#endif

// Returns the calling thread's id. Makes the system call only once per thread.
std::uint32_t thread_id() noexcept {
    static thread_local const auto id = static_cast<std::uint32_t>(::syscall(SYS_gettid));
    return id;
}

}  // namespace

void RobustMutex::initialise() {
    pthread_mutexattr_t attributes;
    int error = ::pthread_mutexattr_init(&attributes);
    if (error == 0) {
        error = ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
        if (error == 0) error = ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
        if (error == 0) error = ::pthread_mutex_init(&mutex_, &attributes);
        ::pthread_mutexattr_destroy(&attributes);
    }
    if (error != 0) {
        throw system_failure(ExitStatus::CannotCreate, "pthread_mutex_init", "in shared memory", error,
                             "process-shared robust mutexes are needed");
    }
    owner_.store(0, std::memory_order_relaxed);
    beats_.store(0, std::memory_order_relaxed);
}

// Reads glibc's own fields: there is no other way to examine a mutex without locking it. `__kind` tells
// whether the mutex is process-shared and robust. The lock word is 0 if the mutex is free, and holds no
// thread id if its owner died (futex(2)). A lock word that has only the waiters bit set, and neither an
// owner's id nor FUTEX_OWNER_DIED, would block every caller for ever.
bool RobustMutex::is_sound() const noexcept {
    RobustMutex fresh;
    fresh.initialise();
    const auto word = static_cast<std::uint32_t>(mutex_.__data.__lock);
    constexpr int kNotRecoverable = INT_MAX - 1;  // glibc's __owner if nobody can ever lock the mutex
    return mutex_.__data.__kind == fresh.mutex_.__data.__kind && mutex_.__data.__owner != kNotRecoverable &&
           (word == 0 || (word & ~FUTEX_WAITERS) == FUTEX_OWNER_DIED);
}

// Tries to lock, and spins for a while if the mutex is locked. A dead owner's id stays in owner(), so the
// spin does not try again; the timed lock that follows reports the death.
int RobustMutex::try_lock(int spin_rests) noexcept {
    int tried = ::pthread_mutex_trylock(&mutex_);
    for (int rest = 0; tried == EBUSY && rest < spin_rests; ++rest) {
        pause_processor();
        if (owner() == 0) tried = ::pthread_mutex_trylock(&mutex_);
    }
    return tried;
}

std::uint32_t RobustMutex::holder() const noexcept {
    const auto word = static_cast<std::uint32_t>(__atomic_load_n(&mutex_.__data.__lock, __ATOMIC_RELAXED));
    return word & FUTEX_TID_MASK;
}

// Compares owner() with the lock word, in which the kernel clears the thread id of a dead owner.
std::uint32_t RobustMutex::living_owner() const noexcept {
    const std::uint32_t said = owner();
    return holder() == said ? said : 0;
}

bool RobustMutex::is_abandoned() const noexcept {
    return (static_cast<std::uint32_t>(mutex_.__data.__lock) & FUTEX_OWNER_DIED) != 0;
}

int RobustMutex::timed_lock(std::chrono::nanoseconds bound, int spin_rests) noexcept {
    const int tried = try_lock(bound > std::chrono::nanoseconds::zero() ? spin_rests : 0);
    if (tried != EBUSY || bound <= std::chrono::nanoseconds::zero()) return tried;
    timespec until{};
    ::clock_gettime(kTimedLockClock, &until);
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(bound);
    until.tv_sec += whole.count();
    until.tv_nsec += (bound - whole).count();
    if (until.tv_nsec >= 1'000'000'000) {
        until.tv_nsec -= 1'000'000'000;
        ++until.tv_sec;
    }
#ifdef __SANITIZE_THREAD__
    return ::pthread_mutex_timedlock(&mutex_, &until);
#else
    return ::pthread_mutex_clocklock(&mutex_, kTimedLockClock, &until);
#endif
}

void RobustMutex::own() noexcept {
    owner_.store(thread_id(), std::memory_order_relaxed);
    beat();
}

void RobustMutex::unlock() noexcept {
    owner_.store(0, std::memory_order_relaxed);
    if (::pthread_mutex_unlock(&mutex_) != 0)
        broken_invariant("a mutex in shared memory could not be unlocked");
}

void RobustMutex::mark_consistent() noexcept {
    if (::pthread_mutex_consistent(&mutex_) != 0) {
        broken_invariant("a mutex in shared memory could not be marked consistent");
    }
}

bool RobustMutex::owner_died(int error) const {
    switch (error) {
        case EOWNERDEAD:
            return true;
        case EBUSY:
        case ETIMEDOUT:
            return false;
        case ENOTRECOVERABLE:
            throw DamagedMemory("a lock is given up: what its dead owner left could not be settled");
        default:
            refuse_word({"a lock"}, static_cast<std::uint32_t>(mutex_.__data.__kind), "is no lock any more");
    }
}

// The kernel sets FUTEX_OWNER_DIED in the lock word before anybody can see that the owner is dead. Without
// that bit, no correct lock word has the id of a thread that does not exist, or only the waiters bit.
void RobustMutex::require_owner() const {
    const auto load = [this] {
        return static_cast<std::uint32_t>(__atomic_load_n(&mutex_.__data.__lock, __ATOMIC_RELAXED));
    };
    const std::uint32_t word = load();
    const std::uint32_t owner = word & FUTEX_TID_MASK;
    if (word == 0 || (word & FUTEX_OWNER_DIED) != 0) return;
    const bool exists = owner != 0 && (::kill(static_cast<pid_t>(owner), 0) == 0 || errno != ESRCH);
    if (exists && owner != thread_id()) return;
    if (load() == word) refuse_word({"a lock"}, word, "its holder does not exist, or waits for it");
}

}  // namespace pipeline
