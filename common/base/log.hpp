// SPDX-License-Identifier: Apache-2.0
// The programs' log: one line per event on stderr. A line has at most 4096 bytes (PIPE_BUF) and is written
// with one write(2), so that lines of different processes never mix; a longer line is cut and ends in "...".
// On a terminal or in a file the line is "TIME PROGRAM[PID] LEVEL: TEXT". On the journal's stream it is
// "<PRIORITY>PROGRAM: TEXT" (sd-daemon(3)), and the journal adds time and pid. In common/, only this file and
// journal.hpp write log lines; other functions return or throw, and the programs log that.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace pipeline {

// The values are syslog(3) priorities: a lower value is more urgent.
enum class LogLevel : std::uint8_t { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

// Parses "error" | "warning" | "notice" | "info" | "debug"; throws std::invalid_argument that lists them.
[[nodiscard]] LogLevel parse_log_level(std::string_view text);
[[nodiscard]] std::string_view to_text(LogLevel level) noexcept;

// Sets the program's name and the least urgent level that is logged. Call it once, at the start of main();
// before that, the program is "invoice-pipeline" and the level Info. `program` must outlive the log.
void configure_log(std::string_view program, LogLevel least) noexcept;

[[nodiscard]] bool is_logged(LogLevel level) noexcept;
// True if stderr is the journal's stream.
[[nodiscard]] bool log_is_journal() noexcept;
// The program's name.
[[nodiscard]] std::string_view log_program() noexcept;
// Writes one line, even if is_logged() is false for its level. Makes `text` safe as safe_line() does
// (printable.hpp); the caller must have passed the names in it through printable(). Allocates nothing and
// preserves errno. Drops the line if stderr is a closed pipe, or a pipe that a stopped reader keeps full for
// longer than a second: the program must not wait for the log's reader.
void write_log(LogLevel level, std::string_view text) noexcept;

void format_log(LogLevel level, fmt::string_view format, fmt::format_args arguments) noexcept;

template <class... Arguments>
void log(LogLevel level, fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
    if (is_logged(level)) format_log(level, format, fmt::make_format_args(arguments...));
}

}  // namespace pipeline
