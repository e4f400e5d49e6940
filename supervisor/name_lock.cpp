// SPDX-License-Identifier: Apache-2.0
#include "supervisor/name_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <thread>

#include "common/base/error.hpp"
#include "common/base/shortage.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kTryAgain{50};

std::string owner_of(int fd) {
    std::array<char, 32> text{};
    const auto length = ::pread(fd, text.data(), text.size() - 1, 0);
    std::string owner(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    while (!owner.empty() && owner.back() == '\n') owner.pop_back();
    return owner.empty() ? "unknown" : owner;
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

NameLock::NameLock(const std::filesystem::path& runtime_dir, const std::string& name,
                   std::chrono::milliseconds patience) {
    const std::string path = runtime_dir / (name + ".lock");
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
            throw Failure(
                ExitStatus::CannotCreate,
                fmt::format("--name '{}' is in use by the supervisor with pid {}; stop it or choose "
                            "another name",
                            name, owner_of(file_.get())));
        }
        std::this_thread::sleep_for(kTryAgain);
    }
    // Only the message above needs the pid, so ignore a failed write: a full disk must not prevent the start.
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file_.get(), 0) == 0) {
        [[maybe_unused]] const auto written = ::pwrite(file_.get(), pid.data(), pid.size(), 0);
    }
}

}  // namespace pipeline
