// SPDX-License-Identifier: Apache-2.0
// What is seen of a pipeline, as JSON for programs: names and units are documented in docs/observer.md and
// stay as they are.
#pragma once

#include <string>

#include "observer/judge/lookout.hpp"

namespace pipeline {

// One object on one line, without its end. Of a view that has seen nothing: its name, and why.
[[nodiscard]] std::string status_json(const View& view);

}  // namespace pipeline
