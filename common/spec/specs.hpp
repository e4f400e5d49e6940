// SPDX-License-Identifier: Apache-2.0
// Parses the command line's source, processor and ledger, and other values with a unit or a form of their
// own. Parsing throws std::invalid_argument whose what() says what is accepted.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/duration_text.hpp"

namespace pipeline {

// spool:DIR | lines:FILE | lines:- | sequence[:COUNT]
struct SourceSpec {
    enum class Kind : std::uint8_t { Spool, Lines, StandardInput, Sequence };
    Kind kind = Kind::Spool;
    std::filesystem::path path;          // absolute and normal; for Spool and Lines
    std::optional<std::uint64_t> count;  // for Sequence, 0 to 2^40; none: endless

    // The source's name in the ledger, which stays the same from run to run: "spool:/abs/dir",
    // "lines:/abs/file", "lines:-", "sequence".
    [[nodiscard]] std::string name() const;
    // The text for parse_source(), valid in any working directory.
    [[nodiscard]] std::string text() const;
    // True if positions rise, so that one cursor says how far the source has been read.
    [[nodiscard]] bool ordered() const noexcept { return kind != Kind::Spool; }
};
[[nodiscard]] SourceSpec parse_source(std::string_view text);

// ubl | none | simulate:DURATION | simulate:cpu=DURATION | exec:COMMAND | each:COMMAND
struct ProcessSpec {
    enum class Kind : std::uint8_t { Ubl, None, Simulate, Exec, Each };
    Kind kind = Kind::Ubl;
    std::chrono::nanoseconds duration{};  // of Simulate
    bool burn = false;                    // for Simulate: use the processor instead of sleeping
    // For Exec and Each: the user's program and its arguments, as split_words() returns them; not empty.
    std::vector<std::string> command{};

    [[nodiscard]] bool is_program() const noexcept { return kind == Kind::Exec || kind == Kind::Each; }
    [[nodiscard]] std::string text() const;
};
[[nodiscard]] ProcessSpec parse_process(std::string_view text);

// sqlite:FILE | none
struct LedgerSpec {
    enum class Kind : std::uint8_t { Sqlite, None };
    Kind kind = Kind::Sqlite;
    std::filesystem::path path;  // absolute and normal; for Sqlite

    [[nodiscard]] std::string text() const;
};
[[nodiscard]] LedgerSpec parse_ledger(std::string_view text);

// A number and a unit: ns, us, ms, s, min, h; "0" needs none. At most 10 years.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text);
// The same within [least, most]; with `zero_too` also 0, which then means no limit.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text, std::chrono::nanoseconds least,
                                                      std::chrono::nanoseconds most, bool zero_too = false);

// "N/s", N a decimal number from 0.000001 to 1000000000. In items per second.
[[nodiscard]] double parse_rate(std::string_view text);
// The text for parse_rate(), which reverses it exactly.
[[nodiscard]] std::string rate_text(double per_second);

// A whole decimal number within [least, most].
[[nodiscard]] std::uint64_t parse_count(std::string_view text, std::uint64_t least, std::uint64_t most);

// A path of 1 to 4095 bytes without NUL and newline; made absolute (from the working directory) and normal
// (no ".", "..", doubled or trailing slash). Nothing is looked up: symbolic links stay.
[[nodiscard]] std::filesystem::path parse_path(std::string_view text);

// 1 to 100 letters, digits, '.', '_', '-', not beginning with '.' or '-': usable in the name of a segment.
[[nodiscard]] std::string parse_name(std::string_view text);

}  // namespace pipeline
