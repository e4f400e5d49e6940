// SPDX-License-Identifier: Apache-2.0
// Asks the server of a source for supervisor --check. There is no network in the supervisor: a producer asks,
// as a child that only looks.
#pragma once

#include <string>

#include "supervisor/options/options.hpp"

namespace pipeline {

// Returns what the server says of the source, a line for people. Throws the producer's Failure: NoInput or
// Configuration. Waits for 20 s at most.
[[nodiscard]] std::string ask_source(const Options& options);

}  // namespace pipeline
