// SPDX-License-Identifier: Apache-2.0
// Checks a directory in which segments should lie: its kind, and its room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace pipeline {

// Throws Failure Configuration unless the directory is in memory (tmpfs, ramfs) and other users cannot remove
// the names in it. It must not be on a disk, because the kernel writes changed pages back to a disk in any
// order. After a power failure, some pages of a segment would be older than others. A kill of a process never
// leaves a segment like that, so no process could repair it.
void require_memory(const std::filesystem::path& directory);

// Throws Failure CannotCreate unless the directory has room for `files` new files of `bytes` bytes together.
// Room that another program takes before they are created is not there any more.
void require_room(const std::filesystem::path& directory, std::uint64_t bytes, std::uint64_t files);

// Returns what to do about a directory without room for segments, half a sentence.
[[nodiscard]] std::string advice_for_full(const std::string& directory);

}  // namespace pipeline
