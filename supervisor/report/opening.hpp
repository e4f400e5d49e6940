// SPDX-License-Identifier: Apache-2.0
// The line with which a run begins that a person has started: which source was chosen, and whether the run
// ends by itself.
#pragma once

#include <string>

#include "supervisor/options/options.hpp"

namespace pipeline {

// Returns one line that says which source was chosen if --source was not given, and that a run which does not
// end by itself goes on until it is stopped. Returns an empty text if there is nothing of this to say.
// `is_person_there`: a person sees the log at once, because it goes to a terminal. Without one, only a
// command after "--" makes a line: then somebody may expect the behaviour of xargs(1).
[[nodiscard]] std::string opening_line(const Options& options, bool is_person_there);

}  // namespace pipeline
