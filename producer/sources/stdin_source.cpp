// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/stdin_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "producer/sources/readiness.hpp"

namespace pipeline {

StandardInputSource::StandardInputSource(int fd, const Resume& resume, const ListForm& form)
    : fd_(fd), name_(form.name("- (standard input)")), lines_(name_, resume.position, form) {
    // A pipe gives nothing twice. After a restart of the whole pipeline it may be another pipe, and its first
    // byte the beginning of a list.
    lines_.list_begins_at(resume.position);
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) {
        throw Failure(
            ExitStatus::NoInput,
            fmt::format("{}: is closed, or open for writing only; give it a file, a pipe or /dev/null",
                        name_));
    }
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw system_failure(ExitStatus::NoInput, "fstat", name_, errno);
    if (S_ISDIR(status.st_mode)) {
        throw Failure(ExitStatus::NoInput,
                      fmt::format("{}: is a directory; give it a file or a pipe", name_));
    }
    if (!S_ISREG(status.st_mode)) return;
    lines_.list_begins_at(resume.start);

    // The descriptor's own offset tells at which byte of the file the pipeline had to begin. pread(2) never
    // moves this offset, so the next producer finds the same one.
    const off_t handed_over = ::lseek(fd, 0, SEEK_CUR);
    if (handed_over < 0) throw system_failure(ExitStatus::NoInput, "lseek", name_, errno);
    file_shift_ = static_cast<std::uint64_t>(handed_over) - resume.start;
    const std::uint64_t offset = resume.position + *file_shift_;
    if (offset > static_cast<std::uint64_t>(status.st_size)) {
        throw Failure(
            ExitStatus::Configuration,
            fmt::format("{}: the file has {} bytes, but {} of it were read before; give the same file again",
                        name_, status.st_size, offset));
    }
}

void StandardInputSource::read_more() {
    std::span<char> room = lines_.room();
    ssize_t got = 0;
    if (file_shift_) {
        got =
            ::pread(fd_, room.data(), room.size(), static_cast<off_t>(lines_.end_position() + *file_shift_));
    } else {
        // Other processes may share standard input: poll it instead of making it non-blocking.
        if (!is_readable(fd_)) return;
        got = ::read(fd_, room.data(), std::min(room.size(), kReadAheadBytes));
    }
    if (got < 0) {
        if (errno == EINTR || errno == EAGAIN) return;
        throw system_failure(ExitStatus::InputOutput, "read", name_, errno);
    }
    lines_.filled(static_cast<std::size_t>(got));
    ended_ = got == 0;
}

std::size_t StandardInputSource::acquire(std::span<Item> items) {
    if (items.empty()) return 0;
    lines_.clear_bytes();
    std::size_t count = lines_.take(items);
    if (count > 0 || stopped_ || ended_) return count;
    read_more();
    count = lines_.take(items);
    if (ended_ && lines_.take_rest(items.front())) return 1;
    return count;
}

bool StandardInputSource::exhausted() const {
    return (stopped_ || ended_) && !lines_.has_line();
}

void StandardInputSource::stop() {
    if (stopped_) return;
    stopped_ = true;
    if (file_shift_ || ended_) return;
    const std::uint64_t unfinished = lines_.unfinished_bytes();
    if (unfinished > 0) {
        log(LogLevel::Warning, "{}: stopped within a line; its {} bytes that were read are lost", name_,
            unfinished);
    }
}

void StandardInputSource::wait(int signal_fd, std::chrono::milliseconds bound) {
    if (lines_.has_line()) return;
    const bool over = stopped_ || ended_;
    if (!over && file_shift_) return;  // a read from a file never blocks
    wait_readable(over ? -1 : fd_, signal_fd, bound);
}

}  // namespace pipeline
