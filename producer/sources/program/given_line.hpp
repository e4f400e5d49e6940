// SPDX-License-Identifier: Apache-2.0
// Reads one line of what a source's program says (docs/sources.md): "POSITION<TAB>ID", or a JSON object with
// `position`, `id` and perhaps `body`; an empty line says that there is nothing more at present. A carriage
// return at the end of a line is no part of it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "producer/sources/program/program_lines.hpp"

namespace pipeline {

struct GivenLine {
    static constexpr std::uint64_t kLastPosition = std::numeric_limits<std::int64_t>::max();

    enum class Kind : std::uint8_t {
        Invoice,
        Nothing,  // nothing more at present
        Wrong,    // the line is not of the protocol: `problem` says what is wrong with it
    };
    Kind kind = Kind::Wrong;
    std::uint64_t position = 0;  // of an invoice, at most kLastPosition
    std::string id;              // any bytes; also those that no id may have
    bool is_id_cut = false;      // the id is only the beginning of what was given
    std::optional<std::string> body{};
    bool is_body_cut = false;   // the body is longer than any that is accepted, and left out
    std::string unknown_key{};  // a member that means nothing; empty: there is none
    std::string problem{};      // one line of UTF-8
};

// Throws std::bad_alloc only.
[[nodiscard]] GivenLine read_given_line(const ProgramLines::Line& line);

// Returns the longest line that must be read whole, if bodies have up to `body_max` bytes: JSON may need six
// characters for one byte.
[[nodiscard]] constexpr std::uint64_t longest_given_line(std::uint64_t body_max) noexcept {
    return ProgramLines::kKeptBytes + 6 * body_max;
}

}  // namespace pipeline
