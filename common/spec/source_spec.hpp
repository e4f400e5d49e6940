// SPDX-License-Identifier: Apache-2.0
// The option --source: the text that names a source, and the traits of each kind of source. Other files test
// traits, not kinds. So a new kind needs only a row in the table of source_spec.cpp, and a case in the code
// that opens the source.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec/address/nats_address.hpp"
#include "common/spec/address/table_name.hpp"
#include "common/spec/spec_argument.hpp"

namespace pipeline {

struct SourceTraits;

// The source that --source names: spool:DIR, lines:FILE, lines:-, lines0:FILE, lines0:-, sequence,
// sequence:COUNT, exec:COMMAND, nats://HOST/STREAM/CONSUMER or table:NAME.
struct SourceSpec {
    enum class Kind : std::uint8_t {
        Spool,
        Lines,
        StandardInput,
        NulLines,
        NulStandardInput,
        Sequence,
        Exec,
        Table,
        Nats
    };
    Kind kind = Kind::Spool;
    std::filesystem::path path;          // of a folder or list: absolute and normal, as parse_path() makes it
    std::optional<std::uint64_t> count;  // for Sequence, 0 to 2^40; none: the sequence is endless
    // For Exec: the user's program and its arguments, as split_words() returns them; not empty.
    std::vector<std::string> command{};
    // --origin. For Exec: what the ledger calls the source instead of its command; empty: its command names
    // it. For the others: the host, or whatever tells the source from one with the same path elsewhere;
    // empty: there is no other.
    std::string origin{};
    // For Nats: where its messages are.
    NatsAddress nats{};
    // For Table: the table in the ledger's database.
    TableName table{};

    [[nodiscard]] const SourceTraits& traits() const noexcept;
    // Returns the source's name in the ledger, which stays the same from run to run: "spool:/abs/dir",
    // "lines:/abs/file", "lines:-", "lines0:/abs/file", "lines0:-", "sequence". A command may be long or
    // secret, so the name has only the program's file name and a digest: "exec:PROGRAM~0123456789abcdef"; or
    // the origin: "exec:ORIGIN". With an origin: "spool://ORIGIN/abs/dir", "lines:-@ORIGIN",
    // "sequence@ORIGIN".
    // The hosts of a NATS source may change: "nats:STREAM/CONSUMER". A table: "table:SCHEMA.NAME", as given.
    [[nodiscard]] std::string name() const;
    // Returns the text from which parse_source() makes this specification, in any working directory.
    [[nodiscard]] std::string text() const;
    // Returns the text for people: as text(), but of a command only the name.
    [[nodiscard]] std::string shown() const;
};
[[nodiscard]] SourceSpec parse_source(std::string_view text);

struct SourceTraits {
    SourceSpec::Kind kind;
    std::string_view word;  // the first word of the source's text: "spool"
    SpecArgument argument;
    std::string_view forms;  // what --source accepts, for people, separated by '|'; the first may have a note
    std::string_view noun;   // for people: "a spool"

    // The input of the source. Folder: the files in the folder `path`. List: the ids in the file `path`;
    // the ledger recognises the list by the file's identity and by digests of its contents. No other pipeline
    // may use the same folder or list at the same time. Program: what the user's program says. Queue: the
    // messages that a server of queues delivers, or the rows of a table. None: there is no input; the source
    // makes up its invoices.
    enum class Input : std::uint8_t { None, Folder, List, StandardInput, Program, Queue };
    Input input;
    // True if the other side gives the positions, and gives an invoice again, to this or another pipeline,
    // as long as it has no receipt for it.
    [[nodiscard]] bool gives_again() const noexcept {
        return input == Input::Program || input == Input::Queue;
    }
    // The nature of the source's ids. FileNames: names of files in `path`. Paths: paths of files that a
    // processor can open. Numbers: there are no files, and the positions are 1, 2, 3 ... without a gap.
    enum class Ids : std::uint8_t { FileNames, Paths, Numbers };
    Ids ids;
    // The source's end. Never: more invoices may always come. MayGrow: it has an end, but more may be
    // appended. Certain: after the end nothing more comes.
    enum class End : std::uint8_t { Never, MayGrow, Certain };
    End end;
    bool is_ordered;  // positions rise, so that one cursor says how far the source has been read
    bool can_repeat;  // the source can give an item again if that item has not reached the ring
    // The source is a table in the ledger's database, and the ledger removes a row with the commit that
    // records it.
    bool is_in_ledger = false;
};

// Returns a source's name in the ledger without its origin: "spool:/abs/dir", "lines:-".
[[nodiscard]] std::string name_without_origin(std::string_view name);
// Returns the traits of the source that has this name in the ledger; nullptr if it is the name of no kind of
// source.
[[nodiscard]] const SourceTraits* source_traits_of(std::string_view name) noexcept;
// Returns the table of the source that has this name in the ledger; none if the source is not in the ledger.
[[nodiscard]] std::optional<TableName> table_of_source(std::string_view name);
// Returns the first word of each form that --source accepts: "spool", "lines", "lines:-" and so on.
[[nodiscard]] std::vector<std::string> source_words();
// Returns all forms that --source accepts, for people: "A, B or C".
[[nodiscard]] std::string source_forms();
// Returns the forms of the kinds for which `fits` returns true, for people: "A, B or C". Takes the first form
// of each kind, without its note.
[[nodiscard]] std::string source_forms_where(bool (*fits)(const SourceTraits&));

}  // namespace pipeline
