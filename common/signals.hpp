// SPDX-License-Identifier: Apache-2.0
// Signals are blocked, never handled: who wants one reads it from a descriptor in its loop, and no code
// runs at an unexpected moment.
#pragma once

#include <initializer_list>

#include "common/fd.hpp"

namespace pipeline {

// Blocks the signals in the calling thread, and so in all that it starts.
void block_signals(std::initializer_list<int> signals) noexcept;

// A non-blocking signalfd(2) of signals that are blocked. Throws Failure InputOutput.
[[nodiscard]] UniqueFd open_signal_fd(std::initializer_list<int> signals);

}  // namespace pipeline
