// SPDX-License-Identifier: Apache-2.0
// Starts a program as a child: fork and exec. If a step from the fork to the exec fails, the child or spawn()
// reports it as a Mishap. spawn() returns before the exec has ended, because the exec may take for ever (a
// program on a dead disk, a child that somebody stops). The caller waits for the exec with await_start().
//
// The child is tied to the thread that forked it: it gets a signal when that thread ends, and does not start
// the program at all if the thread has ended already. The program gets no descriptors but 0, 1 and 2, and the
// one that the plan names. Before the exec, the child makes only async-signal-safe calls.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/fd.hpp"

namespace pipeline {

// A failure before the program ran. Its meaning depends on the step. For example, if a fork gets too little
// memory, the host is short of memory for a while; if an exec gets too little, the program's own memory limit
// may be the cause.
struct Mishap {
    enum class Step {
        Pipe,
        Fork,
        Pidfd,
        Prepare,  // the child sets up its process group and its streams
        Limit,    // the child sets its memory limit (RLIMIT_AS)
        Confine,  // the child applies the rule set that confines it
        Exec,
    };
    Step step = Step::Pipe;
    int error = 0;  // an errno value
};

struct SpawnPlan {
    std::vector<std::string> paths;      // the first of these files that exists is executed
    std::vector<std::string> arguments;  // including the program's name
    // "NAME=VALUE" for each variable of the program's environment; empty: it inherits this process's.
    std::vector<std::string> environment{};
    // Descriptors that become the program's standard streams; -1: it inherits this process's stream. They
    // must be above STDERR_FILENO and close-on-exec.
    int input = -1, output = -1, error = -1;
    int death_signal = SIGKILL;      // the kernel sends it to the child when the spawning thread ends
    bool is_apart = false;           // the child gets its own process group and default signals
    std::uint64_t memory_limit = 0;  // RLIMIT_AS in bytes; 0: none
    int rule_set = -1;               // confines the child (confinement.hpp); -1: it is not confined
    int kept = -1;                   // a descriptor that the program gets under its number; -1: none
};

struct Spawned {
    pid_t pid = -1;
    UniqueFd pidfd;
    UniqueFd report;  // readable once the start has succeeded or failed; await_start() then closes it
};

// Forks a child that executes the program. Returns the child, which may not have executed it yet, or the
// mishap.
[[nodiscard]] std::variant<Spawned, Mishap> spawn(const SpawnPlan& plan);

// The state of a start. Pending: the exec is not over. Running: the exec has succeeded, or the child was
// killed before it. Failed: a step has failed; the child ends by itself, and the caller reaps it.
struct Start {
    enum class State { Pending, Running, Failed } state = State::Pending;
    Mishap mishap{};  // if Failed
};
// Waits for a start to succeed or fail, for at most `bound` (negative: without a bound).
[[nodiscard]] Start await_start(Spawned& child, std::chrono::milliseconds bound) noexcept;

// Kills a child and reaps it. Returns false if it has not ended within `bound`: a process that waits for a
// dead disk ends only when that wait is over. But from the kill on, it never runs its program again.
bool kill_and_reap(pid_t pid, std::chrono::milliseconds bound) noexcept;

// Moves a descriptor above the standard streams. Returns false, with errno, if that fails.
[[nodiscard]] bool move_above_streams(UniqueFd& fd) noexcept;

}  // namespace pipeline
