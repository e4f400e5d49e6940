// SPDX-License-Identifier: Apache-2.0
// Checks a directory in which segments should lie.
#pragma once

#include <filesystem>

namespace pipeline {

// Throws Failure Configuration unless the directory is in memory (tmpfs, ramfs) and other users cannot remove
// the names in it. On a disk, the kernel writes changed pages back in any order. A machine that stops would
// leave a mixture of moments there, which no kill of a process leaves.
void require_memory(const std::filesystem::path& directory);

}  // namespace pipeline
