// SPDX-License-Identifier: Apache-2.0
// What a program said about a fault. Each such line is checked to be one that helps, and printed, so that
// people can read all of them at once.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace pipeline::test {

// Fails unless `process` has logged, or logs within the deadline, a line that holds all of `parts`: the
// object that the line must name and what it must tell the reader to do. Prints it as the line of `fault`.
void require_said(Process& process, const std::string& fault, const std::vector<std::string>& parts);

// How many of the lines that `process` has logged hold `part`.
[[nodiscard]] std::size_t lines_with(const Process& process, const std::string& part);

}  // namespace pipeline::test
