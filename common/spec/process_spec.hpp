// SPDX-License-Identifier: Apache-2.0
// --process: the text of a processor, and the traits of each kind. Other files ask for a trait and not for a
// kind, so that a new kind is a row of the table in process_spec.cpp and a case where the processor is made.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec/spec_argument.hpp"

namespace pipeline {

struct ProcessTraits;

// ubl | none | simulate:DURATION | simulate:cpu=DURATION | exec:COMMAND | each:COMMAND
struct ProcessSpec {
    enum class Kind : std::uint8_t { Ubl, None, Simulate, Exec, Each };
    Kind kind = Kind::Ubl;
    std::chrono::nanoseconds duration{};  // of Simulate
    bool burn = false;                    // for Simulate: use the processor instead of sleeping
    // For Exec and Each: the user's program and its arguments, as split_words() returns them; not empty.
    std::vector<std::string> command{};

    [[nodiscard]] const ProcessTraits& traits() const noexcept;
    [[nodiscard]] bool is_program() const noexcept;
    [[nodiscard]] std::string text() const;
};
[[nodiscard]] ProcessSpec parse_process(std::string_view text);

struct ProcessTraits {
    ProcessSpec::Kind kind;
    std::string_view word;
    SpecArgument argument;   // Command: it runs the user's program
    std::string_view forms;  // as in SourceTraits
    std::string_view help;   // the same in the words of --help

    // Whether it opens the invoices' files. MayRead: that is up to the user's program.
    enum class Files : std::uint8_t { None, MayRead, MustRead };
    Files files;
    bool is_long_lived;  // one program answers many requests
};

// The words with which the texts begin.
[[nodiscard]] std::vector<std::string> process_words();
[[nodiscard]] std::string process_help();
// The short forms of those kinds that fit, with `last` before the last one.
[[nodiscard]] std::string process_forms_where(bool (*fits)(const ProcessTraits&),
                                              std::string_view last = " or ");

}  // namespace pipeline
