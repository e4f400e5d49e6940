// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_place.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/passing_error.hpp"
#include "common/os/source_lock.hpp"

namespace pipeline {
namespace {

constexpr const char* kElsewhere =
    ": the path leads to another folder now (a link was changed, or a file system was mounted over it); what "
    "was "
    "taken is finished, start again to go on with the other one";

// The types of the file systems on which inotify may not report every event. Some are numbers, because some
// versions of linux/magic.h have no names for them.
constexpr std::array<std::uint32_t, 12> kPartial = {
    NFS_SUPER_MAGIC,         SMB_SUPER_MAGIC,           0xff53'4d42U /* CIFS */,
    0xfe53'4d42U /* SMB2 */, FUSE_SUPER_MAGIC,          V9FS_MAGIC,
    AFS_SUPER_MAGIC,         CODA_SUPER_MAGIC,          OVERLAYFS_SUPER_MAGIC,
    0x00c3'6400U /* Ceph */, 0x786f'4256U /* vboxsf */, 0x0bd0'0bd0U /* Lustre */};

}  // namespace

SpoolPlace::SpoolPlace(std::string path, const FileIdentity& expected, std::chrono::milliseconds patience)
    : path_(std::move(path)) {
    open(patience);
    const auto opened = look_at(fd_.get(), "");
    if (!opened) throw system_failure(ExitStatus::InputOutput, "statx", name(), errno);
    identity_ = opened->identity;
    if (expected != FileIdentity{} && identity_ != expected)
        throw Failure(ExitStatus::NoInput, name() + kElsewhere);
}

void SpoolPlace::open(std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds kTryAgain{50};
    const auto until = std::chrono::steady_clock::now() + patience;
    for (bool told = false;; told = true) {
        fd_.reset(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (fd_ && ::faccessat(fd_.get(), ".", X_OK, AT_EACCESS) == 0) return;
        const int error = errno;
        const bool may_pass = is_passing_error(error);
        const auto failure = system_failure(
            may_pass ? ExitStatus::InputOutput : ExitStatus::NoInput, fd_ ? "access" : "open", name(), error,
            may_pass           ? ""
            : fd_              ? "the spool folder must be searchable"
            : error == ENOENT  ? "create it, or name another spool folder"
            : error == ENOTDIR ? "a spool is a folder; a list of ids is lines:FILE"
                               : "the spool folder must be readable");
        if (!may_pass || std::chrono::steady_clock::now() >= until) throw failure;
        if (!told) log(LogLevel::Warning, "{}; it is tried again", failure.what());
        std::this_thread::sleep_for(kTryAgain);
    }
}

int SpoolPlace::locked_fd() const {
    if (lock_source(fd_.get(), name(), kSourceLockPatience) == SourceLock::NotKnown) {
        log(LogLevel::Notice, "{}: the file system knows no locks: nothing keeps a second pipeline out of it",
            name());
    }
    return fd_.get();
}

bool SpoolPlace::is_removed() const noexcept {
    const auto seen = look_at(fd_.get(), "");
    return seen && seen->links == 0;
}

std::string SpoolPlace::find_fault() const {
    if (is_removed()) return name() + ": was removed; create it and start again";
    const auto seen = look_through(path_.c_str());
    if (seen) return seen->identity == identity_ ? "" : name() + kElsewhere;
    const bool is_gone = errno == ENOENT || errno == ENOTDIR;
    return is_gone ? name() + ": was renamed or removed; put it back and start again" : "";
}

bool SpoolPlace::events_are_partial() const noexcept {
    struct statfs file_system {};
    if (::fstatfs(fd_.get(), &file_system) != 0) return false;
    const auto type = static_cast<std::uint32_t>(file_system.f_type);
    return std::find(kPartial.begin(), kPartial.end(), type) != kPartial.end();
}

}  // namespace pipeline
