// SPDX-License-Identifier: Apache-2.0
#include "producer/spool_scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "common/error.hpp"
#include "common/fd.hpp"

namespace pipeline {
namespace {

struct Waiting {
    std::int64_t modified_ns;
    std::string name;

    bool operator<(const Waiting& other) const noexcept {
        return std::tie(modified_ns, name) < std::tie(other.modified_ns, other.name);
    }
};

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Folder open_folder(int folder_fd, const std::string& name) {
    // A descriptor of its own, so that it begins at the beginning.
    UniqueFd fd(::openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Folder folder(fd ? ::fdopendir(fd.get()) : nullptr);
    if (!folder) {
        throw system_failure(ExitStatus::NoInput, "open", name, errno,
                             "the spool folder must be there and readable");
    }
    [[maybe_unused]] const int owned_by_folder = fd.release();
    return folder;
}

}  // namespace

SpoolScan scan_spool(int folder_fd, const std::string& folder, std::size_t most,
                     const std::function<bool(const FileIdentity&, std::string_view)>& is_known) {
    const Folder entries = open_folder(folder_fd, folder);
    std::vector<Waiting> oldest;  // a heap with the youngest on top
    SpoolScan scan;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(entries.get());
        if (entry == nullptr) {
            if (errno == 0) break;
            throw system_failure(ExitStatus::NoInput, "readdir", folder, errno);
        }
        const std::string_view name = entry->d_name;
        if (is_hidden(name) || (entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN)) continue;
        const auto status = look_at(folder_fd, entry->d_name);
        if (!status) {
            if (errno == ENOENT) continue;  // gone meanwhile
            throw system_failure(ExitStatus::NoInput, "stat", folder + "/" + entry->d_name, errno);
        }
        if (!S_ISREG(status->mode) || is_known(status->identity, name)) continue;
        oldest.push_back({status->modified_ns, std::string(name)});
        std::push_heap(oldest.begin(), oldest.end());
        if (oldest.size() > most) {
            std::pop_heap(oldest.begin(), oldest.end());
            oldest.pop_back();
            scan.complete = false;
        }
    }
    std::sort_heap(oldest.begin(), oldest.end());
    scan.names.reserve(oldest.size());
    for (Waiting& file : oldest) scan.names.push_back(std::move(file.name));
    return scan;
}

}  // namespace pipeline
