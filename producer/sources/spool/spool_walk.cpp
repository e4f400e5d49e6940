// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "common/base/fd.hpp"

namespace pipeline {

// Opens a descriptor of its own, so that the walk begins at the first entry.
bool SpoolWalk::open() noexcept {
    UniqueFd fd(::openat(folder_fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) entries_.reset(::fdopendir(fd.get()));
    if (entries_) {
        [[maybe_unused]] const int owned_by_entries = fd.release();
        return true;
    }
    failed_call_ = "open";
    error_ = errno;
    return false;
}

SpoolWalk::Outcome SpoolWalk::go_on(std::size_t most, Visitor& visitor) {
    if (!entries_ && !open()) return Outcome::Failed;
    for (std::size_t i = 0; i < most; ++i) {
        errno = 0;
        const dirent* entry = ::readdir(entries_.get());
        if (entry == nullptr) {
            if (errno == 0) return Outcome::End;
            if (errno == EINTR) continue;
            failed_call_ = "readdir";
            error_ = errno;
            return Outcome::Failed;
        }
        if (!look(*entry, visitor)) break;
    }
    return Outcome::More;
}

// Shows an entry to the visitor. Returns false if the walk must pause.
bool SpoolWalk::look(const dirent& entry, Visitor& visitor) {
    const char* const name = entry.d_name;
    if (!names_.takes(name)) return true;
    // Ignore folders (the outcomes' folders, and any that users keep here), unless their names look like a
    // file's.
    if (entry.d_type == DT_DIR) {
        if (SpoolNames::looks_like_file(name)) visitor.see_other(name);
        return true;
    }
    if (entry.d_type != DT_REG && entry.d_type != DT_UNKNOWN) {
        visitor.see_other(name);
        return true;
    }
    const auto status = look_at(folder_fd_, name);
    if (status && S_ISREG(status->mode)) return visitor.see_file(name, *status);
    if (!status) {
        if (errno != ENOENT) visitor.see_fault(name, errno);  // else it has just been removed
    } else if (!S_ISDIR(status->mode) || SpoolNames::looks_like_file(name)) {
        visitor.see_other(name);
    }
    return true;
}

}  // namespace pipeline
