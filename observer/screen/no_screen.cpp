// SPDX-License-Identifier: Apache-2.0
// Replaces screen.cpp in builds without ncurses: prints lines instead.
#include "observer/screen/screen.hpp"
#include "observer/show/live_lines.hpp"

namespace pipeline {

ExitStatus show_screen(const ObserverOptions& options) {
    return show_lines(options);
}

}  // namespace pipeline
