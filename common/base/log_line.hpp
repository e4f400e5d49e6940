// SPDX-License-Identifier: Apache-2.0
// Builds one line of the log without allocating. A line has at most 4096 bytes (PIPE_BUF) with its newline.
// Text that does not fit is cut and ends in "...".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/base/log.hpp"
#include "common/base/room.hpp"

namespace pipeline {

class LogLine {
  public:
    // Appends `text` as safe_line() shows it.
    void append(std::string_view text) noexcept;
    // Appends the sequence with which a terminal erases what stands right of the cursor.
    void erase_rest() noexcept;
    // Appends `number`, which is not negative, padded with leading zeros to `width` digits.
    void append_number(std::int64_t number, std::size_t width = 1) noexcept;
    // Appends `text` as safe_line() shows it, as a JSON string (RFC 8259), cut so that it takes at most
    // `most` bytes with its quotes. `most` is at least 5 and at most free_bytes().
    void append_json(std::string_view text, std::size_t most) noexcept;
    // How many bytes more fit in front of the newline.
    [[nodiscard]] std::size_t free_bytes() const noexcept { return kRoom - size_; }
    // Returns the whole line with its newline.
    [[nodiscard]] std::string_view finish() noexcept;

  private:
    static constexpr std::size_t kRoom = kPieceBytes - 1;  // without the newline

    enum class Escape : bool { No, Json };
    void append_within(std::size_t end, Escape escape, std::string_view text) noexcept;

    std::array<char, kPieceBytes> bytes_;
    std::size_t size_ = 0;
};

// The contents of a line in every form.
struct LogEntry {
    LogLevel level;
    std::string_view program;
    std::string_view text;
};

// The forms. "TIME PROGRAM[PID] LEVEL: TEXT", with the local time, for people.
void append_for_people(LogLine& line, const LogEntry& entry) noexcept;
// "<PRIORITY>PROGRAM: TEXT" (sd-daemon(3)), for the journal's stream, which adds time and pid.
void append_for_journal(LogLine& line, const LogEntry& entry) noexcept;
// A JSON object: time (RFC 3339, UTC), level, program, pid, event ("message" if `fields` has none), the other
// fields, and the text as "message". Leaves out a field with an empty value.
void append_as_json(LogLine& line, const LogEntry& entry, std::span<const LogField> fields) noexcept;

}  // namespace pipeline
