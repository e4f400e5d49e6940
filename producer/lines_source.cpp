// SPDX-License-Identifier: Apache-2.0
#include "producer/lines_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>

#include "common/error.hpp"
#include "producer/readiness.hpp"

namespace pipeline {
namespace {

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
    return file;
}

}  // namespace

LinesSource::LinesSource(const std::filesystem::path& path, std::uint64_t position, bool once)
    : name_("lines:" + path.string()),
      once_(once),
      file_(open_file(path, name_)),
      lines_(name_, checked_start(position)),
      start_checked_(lines_.end_position() < file_bytes()) {
    if (!once) changes_.emplace(path.string(), IN_MODIFY);
}

std::uint64_t LinesSource::checked_start(std::uint64_t position) const {
    const std::uint64_t size = file_bytes();
    if (position > size) {
        throw Failure(
            ExitStatus::Configuration,
            fmt::format("{}: has {} bytes, but {} of it were read before; put the whole file back, or "
                        "give another file another name",
                        name_, size, position));
    }
    if (position == 0 || position == size) return position;
    std::array<char, 3> around{};
    const std::size_t got = read_at(around, position - 1);
    const std::string_view seen(around.data(), got);
    if (seen.starts_with('\n')) return position;
    // The last line was taken without a line end, and has one since.
    if (seen.substr(1).starts_with('\n')) return position + 1;
    if (seen.substr(1) == "\r\n") return position + 2;
    throw Failure(
        ExitStatus::Configuration,
        fmt::format("{}: was read up to byte {}, which is within a line now; put the file back that was "
                    "read, or give another file another name",
                    name_, position));
}

std::size_t LinesSource::read_at(std::span<char> to, std::uint64_t offset) const {
    while (true) {
        const ssize_t got = ::pread(file_.get(), to.data(), to.size(), static_cast<off_t>(offset));
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR) throw system_failure(ExitStatus::InputOutput, "read", name_, errno);
    }
}

std::uint64_t LinesSource::file_bytes() const {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) {
        throw system_failure(ExitStatus::InputOutput, "fstat", name_, errno);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

std::size_t LinesSource::acquire(std::span<Item> items) {
    if (stopped_ || ended_) return 0;
    if (!start_checked_ && lines_.end_position() < file_bytes()) {
        lines_ = LineReader(name_, checked_start(lines_.end_position()));
        start_checked_ = true;
    }
    std::size_t count = lines_.take(items);
    while (count < items.size()) {
        const std::span<char> room = lines_.room();
        const std::size_t got = read_at(room, lines_.end_position());
        if (got == 0) break;
        lines_.filled(got);
        count += lines_.take(items.subspan(count));
    }
    if (count == items.size()) return count;

    const std::uint64_t size = file_bytes();
    if (size < lines_.end_position()) {
        throw Failure(
            ExitStatus::NoInput,
            fmt::format("{}: has shrunk to {} bytes when {} had been read; append to it or use another file",
                        name_, size, lines_.end_position()));
    }
    if (once_ && size == lines_.end_position()) {
        if (lines_.take_rest(items[count])) ++count;
        ended_ = true;
    }
    return count;
}

bool LinesSource::exhausted() const {
    if (stopped_ || ended_) return true;
    // With `once` the end is known only when acquire() has been there.
    return !once_ && !lines_.has_line() && file_bytes() == lines_.end_position();
}

void LinesSource::wait(int signal_fd, std::chrono::milliseconds bound) {
    if (stopped_ || ended_) {
        wait_readable(-1, signal_fd, bound);
        return;
    }
    if (!changes_) return;  // acquire() gives the next lines or finds the end
    // First the events, then the file: what changes in between wakes the poll.
    changes_->drain([](std::uint32_t, std::string_view) {});
    if (lines_.has_line() || file_bytes() != lines_.end_position()) return;
    wait_readable(changes_->fd(), signal_fd, bound);
}

}  // namespace pipeline
