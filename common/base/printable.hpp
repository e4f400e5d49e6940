// SPDX-License-Identifier: Apache-2.0
// Makes text safe to show. Only this file decides which text is unsafe. All text for people passes through
// it: the log (log.hpp), standard output (output.hpp), the journal's fields, JSON (json.hpp and the
// observer's), the labels of metrics, HTTP responses, and the observer's screen.
//
// Each byte of the following is shown as \xNN:
//   - malformed UTF-8;
//   - command characters: control characters (C0, DEL, C1: U+009B begins a terminal command as ESC does),
//     line and paragraph separators, and characters that change the direction of the text around them
//     (Unicode, annex 9), so that "fdp.exe" may be seen as "exe.pdf";
//   - invisible characters: format characters and those that Unicode wants ignored (Cf and
//     Default_Ignorable_Code_Point, version 15); with them two different names would look the same.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// One character in its safe form, or one byte as \xNN: the first `size` bytes of `bytes`. It stands for
// `taken` bytes of the original text.
struct PrintableChar {
    std::array<char, 4> bytes;
    std::size_t size;
    std::size_t taken;
    [[nodiscard]] std::string_view shown() const noexcept { return {bytes.data(), size}; }
};

// Returns the first character of `text`, as it is shown. `text` must not be empty.
[[nodiscard]] PrintableChar first_printable(std::string_view text) noexcept;

// Makes an external name (of a file, an invoice, a source, the value of an option) safe, on one line.
// Different names stay different: a backslash that would look like the beginning of an escape becomes \x5c.
// Do not apply it twice. Throws std::bad_alloc.
[[nodiscard]] std::string printable(std::string_view name);

// Returns a value as an error message shows it: printable(), in single quotes, and cut if it is very long.
// Throws std::bad_alloc.
[[nodiscard]] std::string in_quotes(std::string_view value);

// Make a sentence safe as printable() does, but do not escape backslashes: names in the sentence may already
// have passed through printable(). Safe text stays unchanged. safe_lines() keeps newlines too. Both throw
// std::bad_alloc.
[[nodiscard]] std::string safe_line(std::string_view text);
[[nodiscard]] std::string safe_lines(std::string_view text);

// True if `text` begins with a command character (see the list at the head of this file).
[[nodiscard]] bool is_command(std::string_view text) noexcept;

}  // namespace pipeline
