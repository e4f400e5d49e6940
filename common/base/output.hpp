// SPDX-License-Identifier: Apache-2.0
// Writes the output that the user asked for, such as help or a report, to standard output, through
// safe_lines() (printable.hpp). Unrequested messages go to the log (log.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace pipeline {

// Writes all of `given`. Waits for a slow reader without a time limit. Throws Failure InputOutput.
void print_output(std::string_view given);

// Writes all of `text`, and waits for the reader at most `bound` in all. Throws Failure InputOutput if the
// reader has not taken everything by then, or if writing fails; the reader may have got a part.
void print_output(std::string_view text, std::chrono::milliseconds bound);

// Writes `given` piece by piece, and calls `wait_for_room` before each piece. If `wait_for_room` returns
// false, stops and returns false; a part may have been written. Throws Failure InputOutput.
[[nodiscard]] bool print_output_while(const std::function<bool()>& wait_for_room, std::string_view given);

}  // namespace pipeline
