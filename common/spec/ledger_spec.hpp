// SPDX-License-Identifier: Apache-2.0
// --ledger: the text of a ledger, and the traits of each kind. Other files ask for a trait and not for a
// kind, so that a new kind is a row of the table in ledger_spec.cpp and a case where the ledger is opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec/spec_argument.hpp"

namespace pipeline {

struct LedgerTraits;

// sqlite:FILE | none
struct LedgerSpec {
    enum class Kind : std::uint8_t { Sqlite, None };
    Kind kind = Kind::Sqlite;
    std::filesystem::path path;  // absolute and normal; for Sqlite

    [[nodiscard]] const LedgerTraits& traits() const noexcept;
    // True if `path` is the ledger.
    [[nodiscard]] bool has_file() const noexcept;
    [[nodiscard]] std::string text() const;
};
[[nodiscard]] LedgerSpec parse_ledger(std::string_view text);

struct LedgerTraits {
    LedgerSpec::Kind kind;
    std::string_view word;
    SpecArgument argument;   // Path: it is a file
    std::string_view forms;  // as in SourceTraits
};

// The file in the text of a ledger, as LedgerSpec::text() returns it; empty if that ledger has none.
[[nodiscard]] std::string_view ledger_file_of(std::string_view text) noexcept;
// The words with which the texts begin.
[[nodiscard]] std::vector<std::string> ledger_words();
[[nodiscard]] std::string ledger_forms();

}  // namespace pipeline
