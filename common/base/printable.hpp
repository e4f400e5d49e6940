// SPDX-License-Identifier: Apache-2.0
// Text that is safe to show, and the one place that says what is not: no text leaves a program for people but
// through here. The ways out are the log (log.hpp), standard output (output.hpp), the journal's fields, JSON
// (json.hpp and the observer's), the labels of metrics, what is answered over HTTP, and the observer's
// screen.
//
// Not shown as it is, but each of its bytes as \xNN, is
//   - what is no UTF-8;
//   - what commands: control characters (C0, DEL, C1: U+009B begins a command to a terminal as ESC does),
//   line
//     and paragraph separators, and those that change the direction of the text around them (Unicode, annex
//     9), after which "fdp.exe" may be seen as "exe.pdf";
//   - what is not seen: format characters and those that Unicode wants ignored (Cf and
//     Default_Ignorable_Code_Point, version 15), by which two names would differ and look the same.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// A character as it is shown, `size` bytes of `bytes`; it stands for `taken` bytes of the text.
struct PrintableChar {
    std::array<char, 4> bytes;
    std::size_t size;
    std::size_t taken;
    [[nodiscard]] std::string_view shown() const noexcept { return {bytes.data(), size}; }
};

// What `text`, which is not empty, begins with.
[[nodiscard]] PrintableChar first_printable(std::string_view text) noexcept;

// A name from outside (of a file, an invoice, a source, the value of an option), on one line. Different names
// are shown differently: a backslash that would look like the beginning of such a \xNN is \x5c. For names
// that are not printable() yet. Throws std::bad_alloc.
[[nodiscard]] std::string printable(std::string_view name);

// A value as it is shown in an error: in single quotes, printable, cut when very long. Throws std::bad_alloc.
[[nodiscard]] std::string in_quotes(std::string_view value);

// A sentence, which may have printable() names in it: the same but for the backslashes, which stay as they
// are. What is safe is not changed. In the second, newlines stay too. Throw std::bad_alloc.
[[nodiscard]] std::string safe_line(std::string_view text);
[[nodiscard]] std::string safe_lines(std::string_view text);

// True if the well-formed character that `text` begins with is one of those that command.
[[nodiscard]] bool is_command(std::string_view text) noexcept;

}  // namespace pipeline
