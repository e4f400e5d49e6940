// SPDX-License-Identifier: Apache-2.0
// Writes a View (lookout.hpp) as JSON, for programs. docs/observer.md documents names and units, which are
// stable.
#pragma once

#include <string>

#include "observer/judge/lookout.hpp"

namespace pipeline {

// Returns one object on one line, without the newline. If the view has no observation, the object has the
// pipeline's name, and why nothing is observed.
[[nodiscard]] std::string status_json(const View& view);

}  // namespace pipeline
