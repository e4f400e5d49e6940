// SPDX-License-Identifier: Apache-2.0
#include "common/shm/name_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/passing_error.hpp"
#include "common/shm/lock_note.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kTryAgain{50};

std::string owner_of(int fd) {
    const std::string pid = read_lock_note(fd).pid;
    return pid.empty() ? "unknown" : pid;
}

std::string advice_for(int error) {
    switch (error) {
        case EISDIR:
        case ELOOP:
        case ENXIO:
            return "it is no file: remove it, or give another directory with --runtime-dir";
        default:
            return is_shortage(error)
                       ? ""
                       : "the file and its directory must be writable for this user; give another "
                         "directory with --runtime-dir";
    }
}

}  // namespace

NameInUse::NameInUse(const std::string& name, std::string pid)
    : Failure(ExitStatus::CannotCreate,
              fmt::format("--name '{}' is in use by the supervisor with pid {}; stop it or choose "
                          "another name",
                          name, pid)),
      pid_(std::move(pid)) {}

NameLock::NameLock(const std::filesystem::path& runtime_dir, const std::string& name,
                   std::chrono::milliseconds patience) {
    const std::string path = lock_file(runtime_dir, name);
    file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_) {
        throw system_failure(ExitStatus::CannotCreate, "opening the lock file", path, errno,
                             advice_for(errno));
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            throw system_failure(ExitStatus::CannotCreate, "locking", path, errno,
                                 "give a directory on a local file system with --runtime-dir");
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            throw NameInUse(name, owner_of(file_.get()));
        }
        std::this_thread::sleep_for(kTryAgain);
    }
    left_ = read_lock_note(file_.get()).shm_dir;
    note(left_);
}

void NameLock::note(const std::filesystem::path& shm_dir) const {
    write_lock_note(file_.get(), {fmt::to_string(::getpid()), shm_dir});
}

}  // namespace pipeline
