// SPDX-License-Identifier: Apache-2.0
#include "clerk/leftovers/leftovers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/base/error.hpp"
#include "common/core/segments/segment_header.hpp"
#include "common/core/segments/segments_view.hpp"
#include "common/os/process_id.hpp"
#include "common/shm/loaded.hpp"
#include "common/shm/segment.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

// Opens the segment's file; returns no descriptor if there is none. Throws Failure CannotCreate if it is not
// a file of this user.
UniqueFd open_own(const std::string& segment) {
    const std::string path = segment_path(segment);
    UniqueFd file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    const bool is_known = (file ? ::fstat(file.get(), &status) : ::lstat(path.c_str(), &status)) == 0;
    if (!file && !is_known && errno == ENOENT) return file;
    if (is_known && status.st_uid != ::geteuid()) {
        throw Failure(
            ExitStatus::CannotCreate,
            fmt::format("segment {} belongs to user {}, and this is user {}: run clerk as its owner", path,
                        status.st_uid, ::geteuid()));
    }
    if (file && S_ISREG(status.st_mode)) return file;
    throw Failure(ExitStatus::CannotCreate,
                  fmt::format("{} is not a segment of the pipeline: see what it is, and remove it", path));
}

bool has_name(int fd, const std::string& path) noexcept {
    struct stat open {};
    struct stat named {};
    return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
           open.st_ino == named.st_ino;
}

// Returns "pid 1, 2, 3": the processes of the segments that are alive; "unknown pid" if none is known.
std::string living(const std::string& name) {
    std::string pids;
    try {
        const auto segments = SegmentsView::open(name);
        const RingArea* ring = segments ? &segments->ring().area() : nullptr;
        const auto add = [&](std::uint64_t word) {
            const ProcessId process = ProcessId::unpack(word);
            if (process.pid == 0 || !process.is_alive()) return;
            pids += fmt::format("{}{}", pids.empty() ? "" : ", ", process.pid);
        };
        const bool is_here =
            ring != nullptr && ring->pid_namespace.load(std::memory_order_relaxed) == own_pid_namespace();
        if (is_here) {
            add(loaded(segments->metrics().supervisor.process));
            add(loaded(ring->producer_process));
            for (const HandArea& hand : ring->hands) add(loaded(hand.process));
        }
    } catch (const Failure&) {
        // They are not readable: the pids are unknown.
    }
    return pids.empty() ? "unknown pid" : "pid " + pids;
}

[[noreturn]] void refuse_living(const std::string& name) {
    throw Failure(ExitStatus::NotDrained,
                  fmt::format("{}.* are in use ({}): the pipeline runs or still drains; stop it first",
                              segment_path(name), living(name)));
}

}  // namespace

std::optional<Leftovers> Leftovers::find(const std::string& name) {
    std::vector<Part> parts;
    // The ring comes first: its lock is the generation lock. The creator of a segment holds a lock on it.
    for (const std::string& whole : {ring_name(name), storage_name(name)}) {
        for (const std::string& segment : {whole, whole + ".new"}) {
            UniqueFd file = open_own(segment);
            while (file) {
                if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) refuse_living(name);
                if (has_name(file.get(), segment_path(segment))) break;
                file = open_own(segment);  // its last process has removed it meanwhile
            }
            if (file) parts.push_back({segment, std::move(file)});
        }
    }
    if (parts.empty()) return std::nullopt;
    return Leftovers(name, std::move(parts));
}

void Leftovers::remove() const {
    for (const Part& part : parts_) {
        Segment::remove(part.segment);
        const std::string path = segment_path(part.segment);
        if (!has_name(part.file.get(), path)) continue;
        throw Failure(
            ExitStatus::CannotCreate,
            fmt::format("{} cannot be removed: its directory must be writable for this user", path));
    }
}

}  // namespace pipeline
