// SPDX-License-Identifier: Apache-2.0
#include "clerk/rows/archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "clerk/rows/row_text.hpp"
#include "common/base/error.hpp"

namespace pipeline {
namespace {

[[noreturn]] void fail(const char* doing, const std::string& path, int error) {
    throw system_failure(ExitStatus::InputOutput, doing, path, error,
                         "nothing of these rows was removed; make room, or name another --archive");
}

// Returns the number of bytes up to the end of the last whole line.
off_t end_of_lines(int fd, off_t size, const std::string& path) {
    std::array<char, 4096> part{};
    while (size > 0) {
        const auto begin = size > off_t{part.size()} ? size - off_t{part.size()} : off_t{0};
        const auto count = ::pread(fd, part.data(), static_cast<std::size_t>(size - begin), begin);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail("reading", path, count < 0 ? errno : EIO);
        for (auto i = count; i > 0; --i) {
            if (part[static_cast<std::size_t>(i - 1)] == '\n') return begin + i;
        }
        size = begin;
    }
    return 0;
}

}  // namespace

Archive::Archive(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600)) {
    if (!fd_) throw system_failure(ExitStatus::CannotCreate, "opening", path_, errno, "nothing was removed");
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) fail("looking at", path_, errno);
    if (!S_ISREG(status.st_mode)) {
        throw Failure(ExitStatus::InputOutput,
                      fmt::format("--archive {}: it is no regular file; nothing was removed", path_));
    }
    const off_t end = end_of_lines(fd_.get(), status.st_size, path_);
    if (end != status.st_size && ::ftruncate(fd_.get(), end) != 0) fail("cutting", path_, errno);
    // The name must be as durable as what the file will have.
    const auto folder = std::filesystem::absolute(path_).parent_path();
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory && ::fsync(directory.get()) != 0 && errno != EINVAL)
        fail("fsync of", folder.native(), errno);
}

void Archive::add(std::string_view table, const LedgerRow& row) {
    std::string line;
    append_json(row, line);
    lines_ += fmt::format("{{\"table\":\"{}\",{}", table, std::string_view(line).substr(1));
}

void Archive::save() {
    for (std::string_view rest = lines_; !rest.empty();) {
        const auto written = ::write(fd_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("writing", path_, errno);
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fdatasync(fd_.get()) != 0) fail("fsync of", path_, errno);
    lines_.clear();
}

}  // namespace pipeline
