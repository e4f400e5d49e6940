// SPDX-License-Identifier: Apache-2.0
#include "common/os/source_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <thread>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/base/printable.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kTryAgain{50};

// Returns the pid that /proc/locks names as the holder of a flock on the file `fd`. Returns 0 if /proc/locks
// names no holder. That happens if the holder is in another pid namespace, or if the file system has another
// device number in /proc/locks than in stat(2).
long holder_of(int fd) {
    const auto status = look_at(fd, "");
    if (!status) return 0;
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        long pid = 0;
        unsigned major = 0;
        unsigned minor = 0;
        unsigned long long inode = 0;
        if (std::sscanf(line.c_str(), "%*d: FLOCK %*s %*s %ld %x:%x:%llu", &pid, &major, &minor, &inode) !=
            4) {
            continue;
        }
        if ((std::uint64_t{major} << 32U | minor) == status->identity.device &&
            inode == status->identity.inode) {
            return pid;
        }
    }
    return 0;
}

[[noreturn]] void fail_taken(int fd, const std::string& name) {
    const long pid = holder_of(fd);
    throw Failure(
        ExitStatus::CannotCreate,
        fmt::format("{}: is used by another pipeline ({}); stop that one, or give each a source "
                    "of its own",
                    printable(name), pid > 0 ? fmt::format("pid {}", pid) : "its pid is not known"));
}

}  // namespace

SourceLock lock_source(int fd, const std::string& name, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return SourceLock::NotKnown;
        if (std::chrono::steady_clock::now() >= deadline) fail_taken(fd, name);
        std::this_thread::sleep_for(kTryAgain);
    }
    return SourceLock::Taken;
}

void require_unlocked_source(const std::string& path, const std::string& name,
                             std::chrono::milliseconds patience) {
    // Do not open a FIFO: a process that waits to write into it would take this process for its reader.
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) return;
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (fd) static_cast<void>(lock_source(fd.get(), name, patience));
}

}  // namespace pipeline
