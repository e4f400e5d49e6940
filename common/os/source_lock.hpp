// SPDX-License-Identifier: Apache-2.0
// Allows only one pipeline per local source: the producer takes an exclusive flock(2) on the list or on the
// spool's folder itself. So a second pipeline is kept out even if it has another name, another ledger or
// another path to the source. The producer holds the lock through the descriptor that it reads from; the
// kernel releases the lock however the producer dies.
//
// The lock is advisory, and any process that may open the source may take it. A process that takes it on
// purpose keeps the pipeline from starting, but does no other harm, and the error message names its pid.
#pragma once

#include <chrono>
#include <string>

namespace pipeline {

// How long a producer tries to get the lock: its predecessor may still be exiting.
inline constexpr std::chrono::seconds kSourceLockPatience{5};

enum class SourceLock {
    Taken,     // this open file description holds the lock until its last descriptor is closed
    NotKnown,  // the file system has no flock (some network file systems): the source is unprotected
};

// Locks the source that is open as `fd`. If another holder has the lock, retries for `patience` (0: tries
// once). `name` is the source's name in the error message, for example "spool:DIR". A descriptor from a
// separate open() counts as another holder, even in this process. Throws Failure CannotCreate, with the
// holder's pid, if another holder keeps the lock.
[[nodiscard]] SourceLock lock_source(int fd, const std::string& name, std::chrono::milliseconds patience);

// Throws as lock_source() does if another pipeline holds the source at `path`. Does not keep the lock.
// Ignores a source that cannot be opened or locked: the producer will report the reason.
void require_unlocked_source(const std::string& path, const std::string& name,
                             std::chrono::milliseconds patience);

}  // namespace pipeline
