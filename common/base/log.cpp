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
#include <ctime>
#include <stdexcept>

#include "common/base/printable.hpp"
#include "common/base/room.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMaxLineBytes = kPieceBytes;
constexpr std::string_view kCut = "...";
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
    bool journal = stderr_is_journal();
    bool is_stuck = false;  // stderr had no room for the last line
};

Settings& settings() noexcept {
    static Settings instance;
    return instance;
}

// Builds a line of at most kMaxLineBytes.
class Line {
  public:
    void append(std::string_view text) noexcept {
        while (!text.empty()) {
            const PrintableChar character = first_printable(text);
            append(character);
            text.remove_prefix(character.taken);
        }
    }
    // Pads `number`, which is not negative, with leading zeros to `width` digits.
    void append_number(std::int64_t number, std::size_t width = 1) noexcept {
        std::array<char, 20> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        const auto count = static_cast<std::size_t>(end - digits.data());
        for (std::size_t i = count; i < width; ++i) append("0");
        append(std::string_view(digits.data(), count));
    }
    // Returns the whole line with its newline.
    [[nodiscard]] std::string_view finish() noexcept {
        if (cut_) {
            std::copy(kCut.begin(), kCut.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(safe_));
            size_ = safe_ + kCut.size();
        }
        bytes_[size_++] = '\n';
        return {bytes_.data(), size_};
    }

  private:
    static constexpr std::size_t kRoom = kMaxLineBytes - 1;  // without the newline

    void append(const PrintableChar& character) noexcept {
        // Remember the present length if "..." (kCut) still fits after it: a line that is too long is cut to
        // that length.
        if (!cut_ && size_ <= kRoom - kCut.size()) safe_ = size_;
        if (cut_ || size_ + character.size > kRoom) {
            cut_ = true;
            return;
        }
        std::memcpy(bytes_.data() + size_, character.bytes.data(), character.size);
        size_ += character.size;
    }

    std::array<char, kMaxLineBytes> bytes_;
    std::size_t size_ = 0;
    std::size_t safe_ = 0;
    bool cut_ = false;
};

void append_local_time(Line& line) noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::tm local{};
    ::localtime_r(&now.tv_sec, &local);
    line.append_number(local.tm_year + 1900, 4);
    line.append("-");
    line.append_number(local.tm_mon + 1, 2);
    line.append("-");
    line.append_number(local.tm_mday, 2);
    line.append(" ");
    line.append_number(local.tm_hour, 2);
    line.append(":");
    line.append_number(local.tm_min, 2);
    line.append(":");
    line.append_number(local.tm_sec, 2);
    line.append(".");
    line.append_number(now.tv_nsec / 1'000'000, 3);
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

void configure_log(std::string_view program, LogLevel least) noexcept {
    settings() = {program, least, stderr_is_journal(), false};
}

bool is_logged(LogLevel level) noexcept {
    return level <= settings().least;
}

bool log_is_journal() noexcept {
    return settings().journal;
}

std::string_view log_program() noexcept {
    return settings().program;
}

void write_log(LogLevel level, std::string_view text) noexcept {
    const int saved_errno = errno;
    const Settings& current = settings();
    Line line;
    if (current.journal) {
        line.append("<");
        line.append_number(static_cast<int>(level));
        line.append(">");
        line.append(current.program);
    } else {
        append_local_time(line);
        line.append(" ");
        line.append(current.program);
        line.append("[");
        line.append_number(::getpid());
        line.append("] ");
        line.append(to_text(level));
    }
    line.append(": ");
    line.append(text);
    write_all(line.finish());
    errno = saved_errno;
}

void format_log(LogLevel level, fmt::string_view format, fmt::format_args arguments) noexcept {
    // Text that does not fit into this array does not fit into the line either; the line then ends in "...".
    std::array<char, kMaxLineBytes> text;
    try {
        const auto end = fmt::vformat_to_n(text.data(), text.size(), format, arguments);
        write_log(level, {text.data(), std::min(end.size, text.size())});
    } catch (...) {
        write_log(level, {format.data(), format.size()});
    }
}

}  // namespace pipeline
