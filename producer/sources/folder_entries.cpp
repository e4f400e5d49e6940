// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/folder_entries.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/base/passing_error.hpp"

namespace pipeline {
namespace {

Failure unreadable(const char* call, const std::string& path, int error) {
    const auto status = is_passing_error(error) ? ExitStatus::InputOutput : ExitStatus::CannotCreate;
    return system_failure(status, call, path, error);
}

}  // namespace

std::vector<std::string> names_in(int folder_fd, const std::string& path) {
    struct Close {
        void operator()(DIR* folder) const noexcept { ::closedir(folder); }
    };
    UniqueFd fd(::openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, Close> folder(fd ? ::fdopendir(fd.get()) : nullptr);
    if (!folder) throw unreadable("open", path, errno);
    [[maybe_unused]] const int owned_by_folder = fd.release();
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(folder.get());
        if (entry == nullptr) {
            if (errno != 0) throw unreadable("readdir", path, errno);
            return names;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
}

}  // namespace pipeline
