// SPDX-License-Identifier: Apache-2.0
// The file to which rows are appended before they are pruned: a JSON object on each line, with the columns of
// `clerk export --format json` behind "table", the table that the row was in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/fd.hpp"
#include "common/ledger/ledger_row.hpp"

namespace pipeline {

class Archive {
  public:
    // Opens the file for appending, and creates it if it is missing (mode 0600). Throws Failure: CannotCreate
    // if it cannot be opened; NotDrained if another clerk has it open; Configuration if it is no archive, or
    // one of the files of the ledger at `ledger`.
    Archive(const std::string& path, const std::filesystem::path& ledger);

    // Keeps the line in memory.
    void add(std::string_view table, const LedgerRow& row);
    // Writes all lines and makes them durable. The first call cuts off a last line that a kill or a full disk
    // has left unfinished. Throws Failure InputOutput; then none of them counts.
    void save();

  private:
    std::string path_;
    UniqueFd fd_;
    std::string lines_;
    std::optional<std::uint64_t> whole_;  // the bytes of whole lines, if there is more behind them
};

}  // namespace pipeline
