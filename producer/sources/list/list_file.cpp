// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/list/list_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} * 1024;

// Refuses a file of the kernel (procfs), which has bytes and says that it has none: what is read of it cannot
// be compared with its size. A file that somebody begins to write has a size by the second look.
void require_size(const UniqueFd& file, struct stat& status, const std::string& name) {
    char byte = 0;
    if (status.st_size != 0) return;
    const ssize_t got = ::pread(file.get(), &byte, 1, 0);
    if (got < 0) throw system_failure(ExitStatus::NoInput, "read", name, errno);
    if (got == 0 || ::fstat(file.get(), &status) != 0 || status.st_size != 0) return;
    throw Failure(ExitStatus::NoInput, name + ": has bytes, and the size 0; it is read with lines:- and `<`");
}

UniqueFd open_file(const std::filesystem::path& path, const std::string& name) {
    // O_NONBLOCK: opening a FIFO by mistake must not wait for its writer.
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) {
        throw system_failure(ExitStatus::NoInput, "open", name, errno,
                             errno == ENOENT ? "name an existing file" : "");
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) throw system_failure(ExitStatus::NoInput, "fstat", name, errno);
    if (!S_ISREG(status.st_mode)) {
        throw Failure(ExitStatus::NoInput,
                      name + ": is not a regular file; a pipe or a device is read with lines:- and `<`");
    }
    require_size(file, status, name);
    return file;
}

}  // namespace

ListFile::ListFile(const std::filesystem::path& path, std::string name)
    : name_(std::move(name)), file_(open_file(path, name_)), identity_(status().identity) {}

ListFile ListFile::again() const {
    UniqueFd file(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
    if (!file) throw system_failure(ExitStatus::InputOutput, "fcntl", name_, errno);
    return {name_, std::move(file), identity_};
}

FileStatus ListFile::status() const {
    const auto status = look_at(file_.get(), "");
    if (!status) throw system_failure(ExitStatus::InputOutput, "statx", name_, errno);
    return *status;
}

std::size_t ListFile::read_at(std::uint64_t offset, std::span<char> to, std::span<char> then) const {
    const std::array<iovec, 2> pieces{iovec{to.data(), to.size()}, iovec{then.data(), then.size()}};
    while (true) {
        const ssize_t got =
            ::preadv(file_.get(), pieces.data(), static_cast<int>(pieces.size()), static_cast<off_t>(offset));
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR) throw system_failure(ExitStatus::InputOutput, "read", name_, errno);
    }
}

bool ListFile::read(ListDigest& digest, std::uint64_t position) const {
    std::vector<char> buffer(static_cast<std::size_t>(
        std::min<std::uint64_t>(kReadBytes, position - std::min(position, digest.position()))));
    while (digest.position() < position) {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), position - digest.position()));
        const std::size_t got = read_at(digest.position(), std::span(buffer).first(wanted));
        if (got == 0) return false;
        digest.add({buffer.data(), got});
    }
    return true;
}

}  // namespace pipeline
