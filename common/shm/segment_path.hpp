// SPDX-License-Identifier: Apache-2.0
// Names and paths of segments. A name without a slash is a name for shm_open(3): the segment is an object in
// /dev/shm. Any other name is an absolute path: the segment is a file in a directory that the user chose
// (--shm-dir).
#pragma once

#include <filesystem>
#include <string>

namespace pipeline {

inline constexpr const char* kSharedMemory = "/dev/shm";

// Returns the name to pass to Segments::open() for the segments of `pipeline` that lie in `directory`. The
// directory must be absolute and normal.
[[nodiscard]] inline std::string segments_in(const std::filesystem::path& directory,
                                             const std::string& pipeline) {
    return directory == kSharedMemory ? pipeline : (directory / pipeline).native();
}

// Returns the path of the segment's file. On Linux, the objects of shm_open(3) are files of the tmpfs at
// /dev/shm.
[[nodiscard]] inline std::string segment_path(const std::string& name) {
    return name.find('/') == std::string::npos ? kSharedMemory + ("/" + name) : name;
}

[[nodiscard]] inline std::string segment_directory(const std::string& name) {
    return std::filesystem::path(segment_path(name)).parent_path().native();
}

}  // namespace pipeline
