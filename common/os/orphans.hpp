// SPDX-License-Identifier: Apache-2.0
// Ends orphans, the processes that a dead parent has left behind. When a process adopts orphans
// (PR_SET_CHILD_SUBREAPER, prctl(2)), the kernel makes it the parent of every descendant whose own parent has
// died. So no descendant escapes by running in the background: the adopting process can kill and reap it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

namespace pipeline {

// Makes this process adopt the orphans among its descendants. Returns the children that it has already, which
// are not orphans: it had them before its exec (a shell's `exec supervisor < <(command)`).
std::vector<pid_t> adopt_orphans();

// Kills and reaps the children of this process, but spares those listed in `own` and those that are alive in
// the process group `spared` (0: no group). Sends SIGKILL to the child's whole process group, unless that is
// this process's own group. Returns the number of children that it killed or reaped. The children of a killed
// child become orphans only a moment later: a further call kills them. Reads /proc/self/task/PID/children, so
// only the main thread of this process may have started children.
std::size_t kill_orphans(std::span<const pid_t> own, pid_t spared = 0) noexcept;

// Repeats kill_orphans() until no orphan is left, for at most `bound`. Returns true if none is left.
bool kill_all_orphans(std::span<const pid_t> own, std::chrono::milliseconds bound) noexcept;

}  // namespace pipeline
