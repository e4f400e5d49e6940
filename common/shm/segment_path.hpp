// SPDX-License-Identifier: Apache-2.0
// Where segments lie. A segment's name without a slash is one of shm_open(3): an object in /dev/shm. Any
// other name is an absolute path: a file in a directory of the user's (--shm-dir), which only its owner can
// fill.
#pragma once

#include <filesystem>
#include <string>

namespace pipeline {

inline constexpr const char* kSharedMemory = "/dev/shm";

// Returns the name that a pipeline's segments share (Segments::open()) if they lie in `directory`, which is
// absolute and normal.
[[nodiscard]] inline std::string segments_in(const std::filesystem::path& directory,
                                             const std::string& pipeline) {
    return directory == kSharedMemory ? pipeline : (directory / pipeline).native();
}

// Returns the path of the segment's file. On Linux the objects of shm_open(3) are files of the tmpfs there.
[[nodiscard]] inline std::string segment_path(const std::string& name) {
    return name.find('/') == std::string::npos ? kSharedMemory + ("/" + name) : name;
}

[[nodiscard]] inline std::string segment_directory(const std::string& name) {
    return std::filesystem::path(segment_path(name)).parent_path().native();
}

}  // namespace pipeline
