// SPDX-License-Identifier: Apache-2.0
// What a program has been asked for and answers on standard output: help, a report. What it says of its own
// accord is the log (log.hpp).
#pragma once

#include <chrono>
#include <string_view>

namespace pipeline {

// Writes all of it, waiting for a reader that is slow. Throws Failure InputOutput.
void print_output(std::string_view text);

// The same, but waits at most `bound` in all: Failure InputOutput too if its reader has stopped. What has
// been written by then, has been.
void print_output(std::string_view text, std::chrono::milliseconds bound);

}  // namespace pipeline
