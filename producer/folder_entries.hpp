// SPDX-License-Identifier: Apache-2.0
// The names in a folder that is known to be small, all at once.
#pragma once

#include <string>
#include <vector>

namespace pipeline {

// The names in the folder that is open as `folder_fd` (O_PATH is enough), without "." and "..", in no order.
// `path` is for messages. Throws Failure (CannotCreate) if it cannot be read.
[[nodiscard]] std::vector<std::string> names_in(int folder_fd, const std::string& path);

}  // namespace pipeline
