// SPDX-License-Identifier: Apache-2.0
// Identifies a process in shared memory by its pid and its start time. The pid alone is not enough, because
// the kernel reuses the pid of a dead process sooner or later. Both fit in one 64-bit word, which is written
// and read whole.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace pipeline {

struct ProcessId {
    static constexpr unsigned kPidBits = 22;  // PID_MAX_LIMIT of Linux is 2^22

    std::uint32_t pid = 0;            // 0: no process
    std::uint64_t started_ticks = 0;  // clock ticks since boot (field 22 of /proc/PID/stat); 0: unknown

    bool operator==(const ProcessId&) const noexcept = default;

    [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
        return started_ticks << kPidBits | (pid & ((1U << kPidBits) - 1));
    }
    [[nodiscard]] static constexpr ProcessId unpack(std::uint64_t word) noexcept {
        return {static_cast<std::uint32_t>(word & ((1U << kPidBits) - 1)), word >> kPidBits};
    }

    // self() returns this process; of() returns the process that has `pid` now. The start time is 0 if /proc
    // does not tell it. In of() it is also 0 if /proc belongs to another pid namespace (a container without
    // its own /proc).
    [[nodiscard]] static ProcessId self() noexcept;
    [[nodiscard]] static ProcessId of(pid_t pid) noexcept;

    // False if there is no such process, if it has ended (even if it has not been reaped yet), or if another
    // process has its pid now. Call it only in the pid namespace that the pid comes from.
    [[nodiscard]] bool is_alive() const noexcept;

    // True if both name the same process: the pids are equal, and the start times are equal or at least one
    // of them is unknown. False if either names no process.
    [[nodiscard]] constexpr bool is_same_as(ProcessId other) const noexcept {
        const bool may_be =
            started_ticks == 0 || other.started_ticks == 0 || started_ticks == other.started_ticks;
        return pid != 0 && pid == other.pid && may_be;
    }
};

// True if the process has been sent a SIGKILL or is ending: it never runs its program again. False if /proc
// does not tell.
[[nodiscard]] bool is_being_killed(pid_t pid) noexcept;

// Returns the number of this process's pid namespace, the inode of /proc/self/ns/pid. Returns 0 if /proc does
// not tell it or belongs to another pid namespace.
[[nodiscard]] std::uint64_t own_pid_namespace() noexcept;

}  // namespace pipeline
