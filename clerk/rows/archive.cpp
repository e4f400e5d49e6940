// SPDX-License-Identifier: Apache-2.0
#include "clerk/rows/archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "clerk/rows/row_text.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kLine = "{\"table\":";  // how each line begins

[[noreturn]] void fail(const char* doing, const std::string& path, int error) {
    throw system_failure(ExitStatus::InputOutput, doing, path, error,
                         "nothing of these rows was removed; make room, or name another --archive");
}

std::string read_at(int fd, std::uint64_t begin, std::size_t size, const std::string& path) {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
        const auto count = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(begin + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail("reading", path, count < 0 ? errno : EIO);
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

// Returns the number of bytes up to the end of the last whole line.
std::uint64_t end_of_lines(int fd, std::uint64_t size, const std::string& path) {
    constexpr std::uint64_t kPart = 4096;
    while (size > 0) {
        const std::uint64_t begin = size - std::min(size, kPart);
        const std::string part = read_at(fd, begin, static_cast<std::size_t>(size - begin), path);
        if (const auto end = part.rfind('\n'); end != std::string::npos) return begin + end + 1;
        size = begin;
    }
    return 0;
}

// True if a line of an archive begins at `begin`, or the beginning of one.
bool is_line_at(int fd, std::uint64_t begin, std::uint64_t size, const std::string& path) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(size - begin, kLine.size()));
    return kLine.starts_with(read_at(fd, begin, length, path));
}

bool is_file_of_ledger(const struct stat& status, const std::filesystem::path& ledger) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
        struct stat other {};
        if (::stat((ledger.native() + suffix).c_str(), &other) == 0 && other.st_ino == status.st_ino &&
            other.st_dev == status.st_dev)
            return true;
    }
    return false;
}

}  // namespace

Archive::Archive(const std::string& path, const std::filesystem::path& ledger)
    : path_(path),
      fd_(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)) {
    const auto refuse = [&](ExitStatus status, const char* why) {
        throw Failure(status, fmt::format("--archive {}: {}; nothing was removed", printable(path_), why));
    };
    if (!fd_)
        throw system_failure(ExitStatus::CannotCreate, "--archive", path_, errno, "nothing was removed");
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) refuse(ExitStatus::NotDrained, "another clerk writes it");
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) fail("looking at", path_, errno);
    if (!S_ISREG(status.st_mode)) refuse(ExitStatus::Configuration, "it is no regular file");
    if (is_file_of_ledger(status, ledger)) refuse(ExitStatus::Configuration, "it is a file of the ledger");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const std::uint64_t whole = end_of_lines(fd_.get(), size, path_);
    if (!is_line_at(fd_.get(), 0, size, path_) || !is_line_at(fd_.get(), whole, size, path_))
        refuse(ExitStatus::Configuration, "it has something else in it; name another file");
    if (whole != size) whole_ = whole;
    // The name must be as durable as what the file will have.
    const auto folder = std::filesystem::absolute(path_).parent_path();
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory && ::fsync(directory.get()) != 0 && errno != EINVAL)
        fail("fsync of", folder.native(), errno);
}

void Archive::add(std::string_view table, const LedgerRow& row) {
    std::string line;
    append_json(row, line);
    lines_ += fmt::format("{}\"{}\",{}", kLine, table, std::string_view(line).substr(1));
}

void Archive::save() {
    if (whole_ && ::ftruncate(fd_.get(), static_cast<off_t>(*whole_)) != 0) fail("cutting", path_, errno);
    whole_.reset();
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
