// SPDX-License-Identifier: Apache-2.0
// The option --ledger: the text that names a ledger, and the traits of each kind of ledger. Other files test
// traits, not kinds. So a new kind needs only a row in the table of ledger_spec.cpp, and a case in the code
// that opens the ledger.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/spec/spec_argument.hpp"

namespace pipeline {

struct LedgerTraits;

// The ledger that --ledger names: sqlite:FILE, postgresql://... or none.
struct LedgerSpec {
    enum class Kind : std::uint8_t { Sqlite, Postgresql, None };
    Kind kind = Kind::Sqlite;
    std::filesystem::path path;  // for Sqlite: absolute and normal, as parse_path() makes it
    std::string url{};           // for Postgresql: as parse_postgresql_url() makes it; it has no secret

    [[nodiscard]] const LedgerTraits& traits() const noexcept;
    // True if the ledger is a file, `path`.
    [[nodiscard]] bool has_file() const noexcept;
    // True if the ledger keeps rows.
    [[nodiscard]] bool keeps_rows() const noexcept { return kind != Kind::None; }
    // True if pipelines of several hosts may write the ledger.
    [[nodiscard]] bool is_shared() const noexcept { return kind == Kind::Postgresql; }
    [[nodiscard]] std::string text() const;
    // Returns the ledger's name in messages: its path or its URL.
    [[nodiscard]] std::string place() const { return has_file() ? path.native() : url; }
};
[[nodiscard]] LedgerSpec parse_ledger(std::string_view text);

struct LedgerTraits {
    LedgerSpec::Kind kind;
    std::string_view word;
    SpecArgument argument;   // Path: the ledger is a file
    std::string_view forms;  // for people: "sqlite:FILE"
};

// `text` names a ledger, in the form that LedgerSpec::text() returns. Returns the ledger's file; empty if the
// ledger has no file.
[[nodiscard]] std::string_view ledger_file_of(std::string_view text) noexcept;
// Returns the first word of each form that --ledger accepts: "sqlite", "postgresql" and "none".
[[nodiscard]] std::vector<std::string> ledger_words();
[[nodiscard]] std::string ledger_forms();

}  // namespace pipeline
