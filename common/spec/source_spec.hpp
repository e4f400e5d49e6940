// SPDX-License-Identifier: Apache-2.0
// --source: the text of a source, and the traits of each kind. Other files ask for a trait and not for a
// kind, so that a new kind is a row of the table in source_spec.cpp and a case where the source is opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec/spec_argument.hpp"

namespace pipeline {

struct SourceTraits;

// spool:DIR | lines:FILE | lines:- | sequence[:COUNT]
struct SourceSpec {
    enum class Kind : std::uint8_t { Spool, Lines, StandardInput, Sequence };
    Kind kind = Kind::Spool;
    std::filesystem::path path;          // absolute and normal; for Spool and Lines
    std::optional<std::uint64_t> count;  // for Sequence, 0 to 2^40; none: endless

    [[nodiscard]] const SourceTraits& traits() const noexcept;
    // The source's name in the ledger, which stays the same from run to run: "spool:/abs/dir",
    // "lines:/abs/file", "lines:-", "sequence".
    [[nodiscard]] std::string name() const;
    // The text for parse_source(), valid in any working directory.
    [[nodiscard]] std::string text() const;
};
[[nodiscard]] SourceSpec parse_source(std::string_view text);

struct SourceTraits {
    SourceSpec::Kind kind;
    std::string_view word;  // begins its text
    SpecArgument argument;
    std::string_view forms;  // for people, separated by '|'; the first may have a note in parentheses
    std::string_view noun;   // for people: "a spool"

    // Where it reads. Folder and List: at `path`, which no other pipeline may use at the same time. A list
    // has marks with digests, and the ledger recognises it by its file. None: nothing to look at beforehand.
    enum class Input : std::uint8_t { None, Folder, List, StandardInput };
    Input input;
    // The nature of its ids. FileNames: of files in `path`. Paths: of files that a processor can open.
    // Numbers: 1, 2, 3 ... without a gap, and no files.
    enum class Ids : std::uint8_t { FileNames, Paths, Numbers };
    Ids ids;
    // When it has nothing more. Never: more may always come. MayGrow: it has an end, which may move.
    // Certain: what it has given is all.
    enum class End : std::uint8_t { Never, MayGrow, Certain };
    End end;
    bool is_ordered;  // positions rise, so that one cursor says how far the source has been read
    bool can_repeat;  // gives an item again that was acquired and did not reach the ring
};

// The traits of the source with this name in the ledger; nullptr for a name of no source of ours.
[[nodiscard]] const SourceTraits* source_traits_of(std::string_view name) noexcept;
// The words with which the texts begin.
[[nodiscard]] std::vector<std::string> source_words();
// All forms, for people.
[[nodiscard]] std::string source_forms();
// The short forms of those kinds that fit.
[[nodiscard]] std::string source_forms_where(bool (*fits)(const SourceTraits&));

}  // namespace pipeline
