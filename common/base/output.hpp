// SPDX-License-Identifier: Apache-2.0
// What a program has been asked for and answers on standard output: help, a report. What it says of its own
// accord is the log (log.hpp). It is written as safe_lines() (printable.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace pipeline {

// Writes all of it, waiting for a reader that is slow. Throws Failure InputOutput.
void print_output(std::string_view text);

// The same, but waits at most `bound` in all: Failure InputOutput too if its reader has stopped. What has
// been written by then, has been.
void print_output(std::string_view text, std::chrono::milliseconds bound);

// The same, but as long as `wait_for_room` says that there is some: it is asked before each piece. False if
// it has said that there is none; what has been written by then, has been.
[[nodiscard]] bool print_output_while(const std::function<bool()>& wait_for_room, std::string_view text);

}  // namespace pipeline
