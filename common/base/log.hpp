// SPDX-License-Identifier: Apache-2.0
// The programs' log: one line per event on stderr. A line has at most 4096 bytes (PIPE_BUF) and is written
// with one write(2), so that lines of different processes never mix; a longer line is cut and ends in "...".
// log_line.hpp has the forms of a line: one for people, one for the journal's stream, and JSON. In common/,
// only this file and journal.hpp write log lines; other functions return or throw, and the programs log that.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pipeline {

// The values are syslog(3) priorities: a lower value is more urgent.
enum class LogLevel : std::uint8_t { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

// Parses "error" | "warning" | "notice" | "info" | "debug"; throws std::invalid_argument that lists them.
[[nodiscard]] LogLevel parse_log_level(std::string_view text);
[[nodiscard]] std::string_view to_text(LogLevel level) noexcept;

// The form of a line whose reader is not the journal, which always gets text and fields.
enum class LogFormat : std::uint8_t { Text, Json };

// Parses "text" | "json"; throws std::invalid_argument that lists them.
[[nodiscard]] LogFormat parse_log_format(std::string_view text);
[[nodiscard]] std::string_view to_text(LogFormat format) noexcept;

// A part of a line by itself, for programs that read the log.
struct LogField {
    LogField(std::string_view its_name, std::string its_value)
        : name(its_name), value(std::move(its_value)) {}
    LogField(std::string_view its_name, std::integral auto number)
        : name(its_name), value(std::to_string(number)), is_number(true) {}
    LogField(std::string_view its_name, std::optional<std::uint64_t> number)
        : name(its_name), value(number ? std::to_string(*number) : std::string()), is_number(true) {}

    std::string_view name;  // small letters and _; invoice-pipeline(7) lists the names
    std::string value;
    bool is_number = false;
};

// Sets the program's name, the least urgent level that is logged, and the form. Call it at the start of
// main(); before that, the program is "invoice-pipeline" and the level Info. `program` must outlive the log.
void configure_log(std::string_view program, LogLevel least, LogFormat format = LogFormat::Text) noexcept;

// Call it once, in a program whose terminal may show a line that another process draws, with the cursor at
// its beginning: each log line then erases that line. Does nothing if stderr is no terminal.
void share_terminal() noexcept;

[[nodiscard]] bool is_logged(LogLevel level) noexcept;
// True if stderr is the journal's stream.
[[nodiscard]] bool log_is_journal() noexcept;
// True if programs read the log: it is the journal, or has the form Json.
[[nodiscard]] bool log_is_for_programs() noexcept;
// The program's name.
[[nodiscard]] std::string_view log_program() noexcept;
// Writes one line, even if is_logged() is false for its level. `fields` are written in the form Json only.
// Makes `text` safe as safe_line() does
// (printable.hpp); the caller must have passed the names in it through printable(). Allocates nothing and
// preserves errno. Drops the line if stderr is a closed pipe, or a pipe that a stopped reader keeps full for
// longer than a second: the program must not wait for the log's reader.
void write_log(LogLevel level, std::string_view text, std::span<const LogField> fields = {}) noexcept;

void format_log(LogLevel level, fmt::string_view format, fmt::format_args arguments) noexcept;

template <class... Arguments>
void log(LogLevel level, fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
    if (is_logged(level)) format_log(level, format, fmt::make_format_args(arguments...));
}

}  // namespace pipeline
