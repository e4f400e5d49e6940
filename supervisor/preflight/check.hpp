// SPDX-License-Identifier: Apache-2.0
// supervisor --check: says whether a start would succeed. It judges with the code of a start, but creates,
// changes and starts nothing.
#pragma once

#include "common/base/exit_status.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

// Prints a line for each thing that a start needs: usable, or why not and what to do. Returns the status with
// which a start would end for the first that is not usable, else Drained. A running pipeline of the same name
// is no failure, because its settings may be checked before they are changed; its ledger and its segments are
// left alone. Does not check what only the children find out, such as whether a list has changed. Throws
// Failure InputOutput if the lines cannot be printed.
[[nodiscard]] ExitStatus check(const Options& options);

}  // namespace pipeline
