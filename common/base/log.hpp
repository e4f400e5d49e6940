// SPDX-License-Identifier: Apache-2.0
// The programs' log: one line per event on stderr, of at most 4096 bytes (PIPE_BUF) and written with one
// write(2), so that lines of different processes never mix; a longer one is cut and ends in "...". On a
// terminal or in a file a line is "TIME PROGRAM[PID] LEVEL: TEXT"; when stderr is the journal's stream it is
// "<PRIORITY>PROGRAM: TEXT" (sd-daemon(3)), since the journal adds the rest. Nothing in common/ logs but this
// file and journal.hpp: libraries return or throw, programs report.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace pipeline {

// syslog(3) priorities.
enum class LogLevel : std::uint8_t { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

// "error" | "warning" | "notice" | "info" | "debug"; throws std::invalid_argument that says so.
[[nodiscard]] LogLevel parse_log_level(std::string_view text);
[[nodiscard]] std::string_view to_text(LogLevel level) noexcept;

// Says who logs and what is left out (everything less urgent than `least`). Once, at the start of main();
// before it, the program is "invoice-pipeline" and the level Info. `program` must outlive the log.
void configure_log(std::string_view program, LogLevel least) noexcept;

[[nodiscard]] bool is_logged(LogLevel level) noexcept;
// True if stderr is the journal's stream.
[[nodiscard]] bool log_is_journal() noexcept;
// Who logs.
[[nodiscard]] std::string_view log_program() noexcept;
// Writes one line, whatever the level, as safe_line() (printable.hpp) makes it; names in it are to be
// printable(). Allocates nothing and leaves errno alone. A line that stderr does not
// take (a full pipe whose reader has stopped, for longer than a second; a closed one) is lost: the pipeline
// does not wait for its readers.
void write_log(LogLevel level, std::string_view text) noexcept;

void format_log(LogLevel level, fmt::string_view format, fmt::format_args arguments) noexcept;

template <class... Arguments>
void log(LogLevel level, fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
    if (is_logged(level)) format_log(level, format, fmt::make_format_args(arguments...));
}

}  // namespace pipeline
