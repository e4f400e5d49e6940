// SPDX-License-Identifier: Apache-2.0
// Signals without handlers. A program blocks them and reads them from a descriptor in its loop, so no code
// runs at an unexpected moment.
#pragma once

#include <signal.h>

#include <initializer_list>

#include "common/base/fd.hpp"

namespace pipeline {

// The signals that every process of the pipeline blocks. A terminal sends some of them to all processes of
// the pipeline, but only the supervisor acts on those. SIGCHLD tells the supervisor that a child has ended or
// was stopped.
inline constexpr std::initializer_list<int> kPipelineSignals = {SIGTERM, SIGINT,  SIGHUP,  SIGUSR1,
                                                                SIGUSR2, SIGTTIN, SIGTTOU, SIGCHLD};

// Blocks the signals in the calling thread. Threads and processes that it starts later inherit this.
void block_signals(std::initializer_list<int> signals) noexcept;

// Opens a non-blocking signalfd(2) that reads `signals`, which must be blocked. Throws Failure InputOutput.
[[nodiscard]] UniqueFd open_signal_fd(std::initializer_list<int> signals);

// True if the blocked signal is pending: it has come and has not been read yet.
[[nodiscard]] bool is_pending(int signal) noexcept;

// True if this process ignores the signal, as a process that nohup(1) has started ignores SIGHUP.
[[nodiscard]] bool is_ignored(int signal) noexcept;

}  // namespace pipeline
