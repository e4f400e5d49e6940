// SPDX-License-Identifier: Apache-2.0
// Reads all names of a folder that is known to be small.
#pragma once

#include <string>
#include <vector>

namespace pipeline {

// Returns the names in the folder open as `folder_fd` (O_PATH is enough), without "." and "..", in no
// particular order. `path` is for messages. Throws Failure if the folder cannot be read: InputOutput for a
// cause that may pass (passing_error.hpp), else CannotCreate.
[[nodiscard]] std::vector<std::string> names_in(int folder_fd, const std::string& path);

}  // namespace pipeline
