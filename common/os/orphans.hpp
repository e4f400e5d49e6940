// SPDX-License-Identifier: Apache-2.0
// What is left of a tree of processes when one in the middle of it dies. A process that adopts orphans is
// given, by the kernel, every descendant whose own parent is gone (PR_SET_CHILD_SUBREAPER, prctl(2)): nothing
// escapes it by being started in the background, and it can end and reap what nobody else will.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

namespace pipeline {

// From now on this process gets the orphans among its descendants. Returns the children that it has already:
// they are from before its exec (a shell's `exec supervisor < <(command)`), and nobody's orphans.
std::vector<pid_t> adopt_orphans();

// Kills (SIGKILL, with its whole process group) and reaps every child of this process that is not one of
// `own`. Children in the process group `spared` are left alone while they live; this process' own group is
// never killed as a whole. What those had started becomes an orphan in turn, a moment later. Returns how many
// there were. Reads /proc/self/task/PID/children, of a process with one thread.
std::size_t kill_orphans(std::span<const pid_t> own, pid_t spared = 0) noexcept;

// The same until none is left, at most `bound`. True if none is left.
bool kill_all_orphans(std::span<const pid_t> own, std::chrono::milliseconds bound) noexcept;

}  // namespace pipeline
