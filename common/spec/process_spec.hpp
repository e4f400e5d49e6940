// SPDX-License-Identifier: Apache-2.0
// The option --process: the text that names a processor, and the traits of each kind of processor. Other
// files test traits, not kinds. So a new kind needs only a row in the table of process_spec.cpp, and a case
// in the code that makes the processor.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec/spec_argument.hpp"

namespace pipeline {

struct ProcessTraits;

// The processor that --process names: invoice (or ubl), none, simulate:DURATION, simulate:cpu=DURATION,
// exec:COMMAND or each:COMMAND.
struct ProcessSpec {
    enum class Kind : std::uint8_t { Invoice, None, Simulate, Exec, Each };
    Kind kind = Kind::Invoice;
    std::chrono::nanoseconds duration{};  // for Simulate
    bool burn = false;                    // for Simulate: keep the CPU busy instead of sleeping
    // For Invoice: the largest file that is read (--invoice-max-size).
    std::uint64_t max_file_bytes = std::uint64_t{100} << 20;
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
    SpecArgument argument;   // Command: the processor runs the user's program
    std::string_view forms;  // what --process accepts, for people, separated by '|'; notes in parentheses
    std::string_view help;   // the forms as --help shows them

    // Tells whether the processor opens the invoices' files. MayRead: the user's program decides.
    enum class Files : std::uint8_t { None, MayRead, MustRead };
    Files files;
    bool is_long_lived;  // one process of the user's program answers many requests
};

// Returns the first word of each form that --process accepts: "invoice", "none", "simulate" and so on.
[[nodiscard]] std::vector<std::string> process_words();
[[nodiscard]] std::string process_help();
// Returns the forms of the kinds for which `fits` returns true, for people: "A, B or C". Takes the first form
// of each kind, without its note. `last` is the separator before the last form.
[[nodiscard]] std::string process_forms_where(bool (*fits)(const ProcessTraits&),
                                              std::string_view last = " or ");

}  // namespace pipeline
