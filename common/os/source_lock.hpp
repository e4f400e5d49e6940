// SPDX-License-Identifier: Apache-2.0
// One pipeline for each local source: an exclusive flock(2) on the list or on the spool's folder itself, so
// that neither two names, nor two paths, nor two ledgers let two pipelines in. The producer holds it by the
// descriptor that it reads through; the kernel gives it back however the producer dies.
//
// The lock is advisory and anybody who may open the source may take it: who does so on purpose keeps the
// pipeline from starting, is named by his pid, and can do no other harm.
#pragma once

#include <chrono>
#include <string>

namespace pipeline {

// How long a producer tries: its predecessor may just be dying.
inline constexpr std::chrono::seconds kSourceLockPatience{5};

enum class SourceLock {
    Taken,     // by this open file description, until its last descriptor is closed
    NotKnown,  // the file system has no such locks (some network file systems): nobody watches over it
};

// Locks the source that is open as `fd`, trying for `patience` (0: once). `name` is for the message:
// "spool:DIR". A descriptor that other code has opened by itself does not count as the same.
// Throws Failure (CannotCreate) that names the holder's pid if somebody else keeps the lock.
[[nodiscard]] SourceLock lock_source(int fd, const std::string& name, std::chrono::milliseconds patience);

// Throws as lock_source() if another pipeline holds the source at `path`; the lock is not kept. Says nothing
// of a source that cannot be opened or locked: taking it says why.
void require_unlocked_source(const std::string& path, const std::string& name,
                             std::chrono::milliseconds patience);

}  // namespace pipeline
