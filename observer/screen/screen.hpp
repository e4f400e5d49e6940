// SPDX-License-Identifier: Apache-2.0
// The live view on a terminal. This part is optional: without ncurses, no_screen.cpp replaces it.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Runs until the key q, SIGTERM or SIGINT, or until the terminal is gone.
[[nodiscard]] ExitStatus show_screen(const ObserverOptions& options);

}  // namespace pipeline
