// SPDX-License-Identifier: Apache-2.0
// Starts a program as a child: fork and exec. Everything between the two that may fail is reported as a
// Mishap with its step and errno value. spawn() does not wait for the exec, which may take long, or for ever
// (a program on a dead disk, a child that somebody stops): the caller looks for its end.
//
// The child is tied to the thread that forked it: it gets a signal when that thread ends, and does not start
// at all if the thread has ended already. It has no descriptors but 0, 1 and 2. Only async-signal-safe calls
// happen in the child.
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

// A failure before a program was running. The step decides the meaning: too little memory for a fork is the
// host's shortage, and passes; for an exec, the program's own limit may be the cause.
struct Mishap {
    enum class Step {
        Pipe,
        Fork,
        Pidfd,
        Prepare,  // in the child: its process group, its streams
        Limit,    // in the child: RLIMIT_AS
        Confine,  // in the child: its rule set
        Exec,
    };
    Step step = Step::Pipe;
    int error = 0;  // an errno value
};

struct SpawnPlan {
    std::vector<std::string> paths;      // the first of these files that exists is executed
    std::vector<std::string> arguments;  // including the program's name
    // Descriptors that become its standard streams; -1: it inherits this process's stream. They must be above
    // STDERR_FILENO and close-on-exec.
    int input = -1, output = -1, error = -1;
    int death_signal = SIGKILL;      // sent to it when this thread ends
    bool is_apart = false;           // own process group, default signals
    std::uint64_t memory_limit = 0;  // RLIMIT_AS in bytes; 0: none
    int rule_set = -1;               // confines it (confinement.hpp); -1: it is not confined
};

struct Spawned {
    pid_t pid = -1;
    UniqueFd pidfd;
    UniqueFd report;  // readable once the start has succeeded or failed; closed after that
};

// Returns the child, which has not executed the program yet, or the mishap.
[[nodiscard]] std::variant<Spawned, Mishap> spawn(const SpawnPlan& plan);

// How far a start is. After Failed the child ends: kill it, and reap it.
struct Start {
    enum class State { Pending, Running, Failed } state = State::Pending;
    Mishap mishap{};  // if Failed
};
// Waits at most `bound` for a start to succeed or fail; negative: without a bound.
[[nodiscard]] Start await_start(Spawned& child, std::chrono::milliseconds bound) noexcept;

// Kills a child and reaps it. Returns false if it has not ended within `bound`: a process that waits for a
// dead disk cannot be killed. It never runs again.
bool kill_and_reap(pid_t pid, std::chrono::milliseconds bound) noexcept;

// Moves a descriptor above the standard streams. Returns false, with errno, if it cannot.
[[nodiscard]] bool move_above_streams(UniqueFd& fd) noexcept;

}  // namespace pipeline
