// SPDX-License-Identifier: Apache-2.0
// Handles the rest of a process tree when a process in the middle of it dies. A process that adopts orphans
// (PR_SET_CHILD_SUBREAPER, prctl(2)) gets from the kernel every descendant whose parent is gone: no
// descendant escapes it by running in the background, and it can kill and reap what nobody else will.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

namespace pipeline {

// Makes this process adopt the orphans among its descendants. Returns its present children: they come from
// before its exec (a shell's `exec supervisor < <(command)`), and are not orphans.
std::vector<pid_t> adopt_orphans();

// Kills (SIGKILL, with its whole process group) and reaps every child of this process that is not one of
// `own`. Spares living children in the process group `spared`, and never kills this process's own group as a
// whole. The children of a killed process become orphans a moment later. Returns how many it found. Reads
// /proc/self/task/PID/children, so this process must have one thread.
std::size_t kill_orphans(std::span<const pid_t> own, pid_t spared = 0) noexcept;

// Repeats it until no orphan is left, for at most `bound`. True if none is left.
bool kill_all_orphans(std::span<const pid_t> own, std::chrono::milliseconds bound) noexcept;

}  // namespace pipeline
