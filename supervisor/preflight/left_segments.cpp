// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight/left_segments.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "common/core/segments/segment_header.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

// True if this user owns a segment of that name. Ignores other users' segments, which cannot be adopted.
bool is_ours(const std::string& name) {
    struct stat status {};
    return ::lstat(segment_path(name).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_uid == ::geteuid();
}

}  // namespace

const std::string& name_of_left(const std::string& wanted, const std::vector<std::string>& elsewhere) {
    const auto are_there = [](const std::string& name) {
        return is_ours(ring_name(name)) || is_ours(storage_name(name));
    };
    if (are_there(wanted)) return wanted;
    const auto found = std::find_if(elsewhere.begin(), elsewhere.end(), are_there);
    return found == elsewhere.end() ? wanted : *found;
}

std::vector<std::string> other_places(const PipelineOptions& options, const std::filesystem::path& left) {
    std::vector<std::string> places;
    for (const std::filesystem::path& directory : {left, std::filesystem::path(kSharedMemory)}) {
        if (!directory.empty() && directory != options.shm_dir)
            places.push_back(segments_in(directory, options.name));
    }
    return places;
}

}  // namespace pipeline
