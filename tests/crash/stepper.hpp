// SPDX-License-Identifier: Apache-2.0
// Runs a function in a forked process, one instruction at a time (ptrace(2), PTRACE_SINGLESTEP), and gives
// the caller a look at what is shared after each of them. What a kill at that instruction would leave is
// exactly what is in shared memory then, but for the mark that the kernel makes on robust mutexes (see
// image.hpp).
//
// Programs that use it are linked with -z now: resolving symbols is no part of what is tested.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>

namespace pipeline::test {

// `after_each(pid)` is called after each instruction of `victim`, with the pid of the process that runs it;
// when it returns false the victim is killed there, really. Returns the number of instructions. Throws
// std::runtime_error if the victim does anything but run to its end.
std::uint64_t step_through(const std::function<void()>& victim, const std::function<bool(pid_t)>& after_each);

}  // namespace pipeline::test
