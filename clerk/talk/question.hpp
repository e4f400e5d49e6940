// SPDX-License-Identifier: Apache-2.0
// Asks the person at the terminal before something is done that cannot be undone.
#pragma once

#include <string>

namespace pipeline {

// Prints `would`, lines that say what would be done. Returns true if `yes` (--yes), or if the person at the
// terminal answers yes, and false if the answer is another one. Without a terminal, throws Failure Usage,
// whose text says that nothing was changed and that --yes is needed.
[[nodiscard]] bool is_agreed(const std::string& would, bool yes);

}  // namespace pipeline
