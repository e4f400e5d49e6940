// SPDX-License-Identifier: Apache-2.0
// Checks a directory in which segments should lie.
#pragma once

#include <filesystem>

namespace pipeline {

// Throws Failure Configuration unless the directory is in memory (tmpfs, ramfs) and other users cannot remove
// the names in it. It must not be on a disk, because the kernel writes changed pages back to a disk in any
// order. After a power failure, some pages of a segment would be older than others. A kill of a process never
// leaves a segment like that, so no process could repair it.
void require_memory(const std::filesystem::path& directory);

}  // namespace pipeline
