// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/segments_finder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "common/base/fd.hpp"
#include "common/core/segments/segment_header.hpp"
#include "common/shm/lock_note.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

std::optional<uid_t> owner_of(const std::string& segment) {
    struct stat status {};
    if (::lstat(segment_path(segment).c_str(), &status) != 0) return std::nullopt;
    return status.st_uid;
}

// Returns the directory of the segments, which the pipeline's lock in `runtime_dir` names; none if there is
// no lock, or if the lock names no directory. If this user may not read the lock, it is the lock of a
// service: returns `runtime_dir`, because a service has its segments beside its lock.
std::optional<std::filesystem::path> directory_in(const std::filesystem::path& runtime_dir,
                                                  const std::string& pipeline) {
    const std::string path = lock_file(runtime_dir, pipeline);
    const UniqueFd lock(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!lock) return errno == EACCES ? std::optional(runtime_dir) : std::nullopt;
    struct stat status {};
    if (::fstat(lock.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    const LockNote note = read_lock_note(lock.get());
    return note.shm_dir.empty() ? std::nullopt : std::optional(note.shm_dir);
}

}  // namespace

std::string SegmentsFinder::find() const {
    std::optional<std::string> said;
    for (const auto& runtime_dir : lock_dirs_) {
        const auto directory = directory_in(runtime_dir, pipeline_);
        if (!directory) continue;
        std::string name = segments_in(*directory, pipeline_);
        if (owner_of(ring_name(name))) return name;
        if (!said) said = std::move(name);
    }
    // Anybody may create segments of any name in /dev/shm. So if a lock names another directory, segments in
    // /dev/shm count only if this user owns them.
    return !said || owner_of(ring_name(pipeline_)) == ::geteuid() ? pipeline_ : *said;
}

}  // namespace pipeline
