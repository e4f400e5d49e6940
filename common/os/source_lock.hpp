// SPDX-License-Identifier: Apache-2.0
// Allows one pipeline per local source: an exclusive flock(2) on the list or on the spool's folder itself, so
// that two names, two paths or two ledgers cannot let two pipelines in. The producer holds it through the
// descriptor that it reads from; the kernel releases it however the producer dies.
//
// The lock is advisory, and anybody who may open the source may take it. A process that takes it on purpose
// keeps the pipeline from starting, but does no other harm, and the error names its pid.
#pragma once

#include <chrono>
#include <string>

namespace pipeline {

// How long a producer retries: its predecessor may just be dying.
inline constexpr std::chrono::seconds kSourceLockPatience{5};

enum class SourceLock {
    Taken,     // by this open file description, until its last descriptor is closed
    NotKnown,  // the file system has no flock (some network file systems): the source is unprotected
};

// Locks the source that is open as `fd`, retrying for `patience` (0: tries once). `name` is for the message:
// "spool:DIR". A descriptor from a separate open() counts as another holder, even in this process. Throws
// Failure (CannotCreate) that names the holder's pid if another holder keeps the lock.
[[nodiscard]] SourceLock lock_source(int fd, const std::string& name, std::chrono::milliseconds patience);

// Throws as lock_source() if another pipeline holds the source at `path`; does not keep the lock. Ignores a
// source that cannot be opened or locked: the producer will report why.
void require_unlocked_source(const std::string& path, const std::string& name,
                             std::chrono::milliseconds patience);

}  // namespace pipeline
