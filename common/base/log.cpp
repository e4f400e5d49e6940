// SPDX-License-Identifier: Apache-2.0
#include "common/base/log.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "common/base/log_line.hpp"
#include "common/base/room.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kMaxWait{1000};

struct LevelName {
    LogLevel level;
    std::string_view name;
};
constexpr std::array<LevelName, 5> kLevels = {{{LogLevel::Error, "error"},
                                               {LogLevel::Warning, "warning"},
                                               {LogLevel::Notice, "notice"},
                                               {LogLevel::Info, "info"},
                                               {LogLevel::Debug, "debug"}}};

// True if stderr is the stream to the journal that JOURNAL_STREAM names as "DEVICE:INODE" (systemd.exec(5)).
// The variable may be set although stderr has been redirected elsewhere.
bool stderr_is_journal() noexcept {
    const char* const text = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (text == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
    const char* const end = text + std::strlen(text);
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    const auto first = std::from_chars(text, end, device);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return false;
    const auto second = std::from_chars(first.ptr + 1, end, inode);
    return second.ec == std::errc{} && second.ptr == end && device == status.st_dev && inode == status.st_ino;
}

struct Settings {
    std::string_view program = "invoice-pipeline";
    LogLevel least = LogLevel::Info;
    LogFormat format = LogFormat::Text;
    bool journal = stderr_is_journal();
    bool is_stuck = false;   // stderr had no room for the last line
    bool is_shared = false;  // stderr is a terminal with another process's live line
};

Settings& settings() noexcept {
    static Settings instance;
    return instance;
}

// Tries to write once. If stderr is a socket or, since Linux 6.4, a pipe, the attempt fails instead of
// waiting for room. wait_for_room() alone is not enough: another process may fill the room before this write.
ssize_t write_at_once(std::string_view text) noexcept {
    struct stat status {};
    const mode_t kind = ::fstat(STDERR_FILENO, &status) == 0 ? status.st_mode & S_IFMT : 0;
    if (kind == S_IFSOCK) return ::send(STDERR_FILENO, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (kind == S_IFIFO) {
        const iovec piece{const_cast<char*>(text.data()), text.size()};
        const ssize_t written = ::pwritev2(STDERR_FILENO, &piece, 1, -1, RWF_NOWAIT);
        // Linux before 6.4 has no RWF_NOWAIT for pipes: use write(2), which may wait.
        if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)) return written;
    }
    return ::write(STDERR_FILENO, text.data(), text.size());
}

// Waits for room, then writes `text` with one system call. Repeats both steps if the write is interrupted or
// takes only a part of the text. (A pipe with room takes a whole line.) Drops the text if there is no room
// within kMaxWait. After that, later lines do not wait at all until stderr has room again.
void write_all(std::string_view text) noexcept {
    bool& is_stuck = settings().is_stuck;
    while (!text.empty()) {
        const auto now = std::chrono::steady_clock::now();
        is_stuck = !wait_for_room(STDERR_FILENO, is_stuck ? now : now + kMaxWait);
        if (is_stuck) return;
        const auto written = write_at_once(text);
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR && errno != EAGAIN) {
            return;
        }
    }
}

}  // namespace

LogLevel parse_log_level(std::string_view text) {
    const auto found = std::find_if(kLevels.begin(), kLevels.end(),
                                    [&](const LevelName& candidate) { return candidate.name == text; });
    if (found == kLevels.end()) {
        throw std::invalid_argument("error, warning, notice, info or debug is accepted");
    }
    return found->level;
}

std::string_view to_text(LogLevel level) noexcept {
    const auto found = std::find_if(kLevels.begin(), kLevels.end(),
                                    [&](const LevelName& candidate) { return candidate.level == level; });
    return found == kLevels.end() ? std::string_view("error") : found->name;
}

LogFormat parse_log_format(std::string_view text) {
    if (text == to_text(LogFormat::Text)) return LogFormat::Text;
    if (text == to_text(LogFormat::Json)) return LogFormat::Json;
    throw std::invalid_argument("text or json is accepted");
}

std::string_view to_text(LogFormat format) noexcept {
    return format == LogFormat::Json ? "json" : "text";
}

void configure_log(std::string_view program, LogLevel least, LogFormat format) noexcept {
    settings() = {program, least, format, stderr_is_journal(), false, settings().is_shared};
}

void share_terminal() noexcept {
    settings().is_shared = ::isatty(STDERR_FILENO) == 1;
}

bool is_logged(LogLevel level) noexcept {
    return level <= settings().least;
}

bool log_is_journal() noexcept {
    return settings().journal;
}

bool log_is_for_programs() noexcept {
    return settings().journal || settings().format == LogFormat::Json;
}

std::string_view log_program() noexcept {
    return settings().program;
}

void write_log(LogLevel level, std::string_view text, std::span<const LogField> fields) noexcept {
    const int saved_errno = errno;
    const Settings& current = settings();
    const LogEntry entry{level, current.program, text};
    LogLine line;
    if (current.is_shared) line.erase_rest();
    if (current.journal) {
        append_for_journal(line, entry);
    } else if (current.format == LogFormat::Json) {
        append_as_json(line, entry, fields);
    } else {
        append_for_people(line, entry);
    }
    write_all(line.finish());
    errno = saved_errno;
}

void format_log(LogLevel level, fmt::string_view format, fmt::format_args arguments) noexcept {
    // Text that does not fit into this array does not fit into the line either; the line then ends in "...".
    std::array<char, kPieceBytes> text;
    try {
        const auto end = fmt::vformat_to_n(text.data(), text.size(), format, arguments);
        write_log(level, {text.data(), std::min(end.size, text.size())});
    } catch (...) {
        write_log(level, {format.data(), format.size()});
    }
}

}  // namespace pipeline
