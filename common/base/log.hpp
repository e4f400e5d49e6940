// SPDX-License-Identifier: Apache-2.0
// The programs' log: one line per event on stderr. A line has at most 4096 bytes (PIPE_BUF) and is written
// with one write(2), so that lines of different processes never mix; a longer line is cut and ends in "...".
// On a terminal or in a file the line is "TIME PROGRAM[PID] LEVEL: TEXT". On the journal's stream it is
// "<PRIORITY>PROGRAM: TEXT" (sd-daemon(3)), and the journal adds the rest. In common/ only this file and
// journal.hpp log: libraries return or throw, programs report.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace pipeline {

// syslog(3) priorities.
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
// Writes one line, whatever its level, through safe_line() (printable.hpp); the caller makes names in `text`
// printable(). Allocates nothing and preserves errno. Drops the line if stderr does not take it (a closed
// pipe, or a pipe that a stopped reader keeps full for longer than a second): the pipeline does not wait for
// the log's reader.
void write_log(LogLevel level, std::string_view text) noexcept;

void format_log(LogLevel level, fmt::string_view format, fmt::format_args arguments) noexcept;

template <class... Arguments>
void log(LogLevel level, fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
    if (is_logged(level)) format_log(level, format, fmt::make_format_args(arguments...));
}

}  // namespace pipeline
