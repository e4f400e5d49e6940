// SPDX-License-Identifier: Apache-2.0
// The placeholders in the arguments of a command that runs once for each invoice (each:, and a command after
// --). They have the meanings that GNU parallel gives them; {id}, {path} and {attempt} are ours.
//
// An argument may also hold braces that are no placeholders, such as JSON, a block of awk or a variable of a
// shell: these stay as they are. A text that looks like a placeholder and is none is refused, because the
// program would get it literally for every invoice. Doubled braces make any such text literal: {{}} is {}.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

enum class Placeholder : std::uint8_t {
    None,      // the piece is text
    Id,        // {} and {id}
    Path,      // {path}
    Attempt,   // {attempt}
    Name,      // {/}: the id behind its last slash
    Folder,    // {//}: the id before its last slash; "." if it has none
    Stem,      // {.}: the id without the extension
    NameStem,  // {/.}: the name without the extension
    Position,  // {#}: the invoice's position in its source, as in the ledger
    Slot       // {%}: the number of the consumer's place, from 1
};

// True if the placeholder's value contains characters of the id.
[[nodiscard]] constexpr bool shows_id(Placeholder placeholder) noexcept {
    return placeholder != Placeholder::None && placeholder != Placeholder::Attempt &&
           placeholder != Placeholder::Position && placeholder != Placeholder::Slot;
}

// A part of an argument: a placeholder as it is written, or, with Placeholder::None, text as the program gets
// it.
struct ArgumentPiece {
    Placeholder placeholder = Placeholder::None;
    std::string text;
    friend bool operator==(const ArgumentPiece&, const ArgumentPiece&) = default;
};

// Splits an argument into text and placeholders. A brace directly behind `$` begins a variable of a shell:
// there only {} is a placeholder. Throws std::invalid_argument, which says what is accepted, for a text that
// looks like a placeholder and is none: a word ({name}), or digits and signs that GNU parallel uses ({1},
// {1/.}, {+/}). The exceptions are a brace that belongs to what stands before it (%{word}, $name{key},
// [a-z]{4}), a range of a shell ({1..9}) and a statement of awk ({print}).
[[nodiscard]] std::vector<ArgumentPiece> split_argument(std::string_view argument);

// Checks the command, whose first word is the program. Throws std::invalid_argument, which says what is
// accepted, if split_argument() refuses an argument, or if the id would become part of a text that a shell
// reads (`sh -c 'rm {}'`): the shell would act on what is in the id.
void check_placeholders(const std::vector<std::string>& command);

}  // namespace pipeline
