// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace pipeline {

// Returns the name of this machine or container, as `uname -n` prints it; an empty text if it has none.
[[nodiscard]] std::string host_name();

}  // namespace pipeline
