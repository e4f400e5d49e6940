// SPDX-License-Identifier: Apache-2.0
#include "supervisor/name_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <array>
#include <thread>

#include "common/error.hpp"

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

}  // namespace

NameLock::NameLock(const std::filesystem::path& runtime_dir, const std::string& name,
                   std::chrono::milliseconds patience) {
    const std::string path = runtime_dir / (name + ".lock");
    file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_) {
        throw system_failure(ExitStatus::CannotCreate, "creating the lock file", path, errno,
                             "give a directory that can be written with --runtime-dir");
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Failure(
                ExitStatus::CannotCreate,
                fmt::format("--name '{}' is in use by the supervisor with pid {}; stop it or choose "
                            "another name",
                            name, owner_of(file_.get())));
        }
        std::this_thread::sleep_for(kTryAgain);
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file_.get(), 0) != 0 ||
        ::pwrite(file_.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        throw system_failure(ExitStatus::CannotCreate, "writing the lock file", path, errno);
    }
}

}  // namespace pipeline
