// SPDX-License-Identifier: Apache-2.0
// The names in a folder that is known to be small, all at once.
#pragma once

#include <string>
#include <vector>

namespace pipeline {

// The names in the folder that is open as `folder_fd` (O_PATH is enough), without "." and "..", in no order.
// `path` is for messages. Throws Failure if it cannot be read: InputOutput for a
// cause that may pass (passing_error.hpp), else CannotCreate.
[[nodiscard]] std::vector<std::string> names_in(int folder_fd, const std::string& path);

}  // namespace pipeline
