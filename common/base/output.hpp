// SPDX-License-Identifier: Apache-2.0
// A program's requested output on standard output, such as help or a report, written through safe_lines()
// (printable.hpp). Unrequested messages go to the log (log.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace pipeline {

// Writes all of it, waiting for a slow reader. Throws Failure InputOutput.
void print_output(std::string_view given);

// The same, but waits at most `bound` in all, and throws Failure InputOutput also if the reader has stopped.
// A part may have been written by then.
void print_output(std::string_view text, std::chrono::milliseconds bound);

// The same, but calls `wait_for_room` before each piece, and stops when it returns false. Returns false then;
// a part may have been written.
[[nodiscard]] bool print_output_while(const std::function<bool()>& wait_for_room, std::string_view given);

}  // namespace pipeline
