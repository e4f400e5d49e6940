// SPDX-License-Identifier: Apache-2.0
// Signals are blocked, never handled: a program reads them from a descriptor in its loop, so no code runs at
// an unexpected moment.
#pragma once

#include <signal.h>

#include <initializer_list>

#include "common/base/fd.hpp"

namespace pipeline {

// The signals that every process of the pipeline blocks. A terminal sends some of them to all of its
// processes; only the supervisor acts on them. SIGCHLD tells it that a child has been stopped.
inline constexpr std::initializer_list<int> kPipelineSignals = {SIGTERM, SIGINT,  SIGHUP,  SIGUSR1,
                                                                SIGUSR2, SIGTTIN, SIGTTOU, SIGCHLD};

// Blocks the signals in the calling thread, and so in every thread and process that it starts.
void block_signals(std::initializer_list<int> signals) noexcept;

// A non-blocking signalfd(2) of signals that are blocked. Throws Failure InputOutput.
[[nodiscard]] UniqueFd open_signal_fd(std::initializer_list<int> signals);

// True if the blocked signal is pending: it has come and nobody has read it.
[[nodiscard]] bool is_pending(int signal) noexcept;

// True if this process was started with the signal ignored, as by nohup(1).
[[nodiscard]] bool is_ignored(int signal) noexcept;

}  // namespace pipeline
