// SPDX-License-Identifier: Apache-2.0
// The file to which rows are appended before they are pruned: a JSON object on each line, with the columns of
// `clerk export --format json` behind "table", the table that the row was in.
#pragma once

#include <string>
#include <string_view>

#include "common/base/fd.hpp"
#include "common/ledger/ledger_row.hpp"

namespace pipeline {

class Archive {
  public:
    // Opens the file for appending, creates it if it is missing (mode 0600), and cuts off a last line that a
    // kill or a full disk has left unfinished. Throws Failure CannotCreate; InputOutput if it is no regular
    // file.
    explicit Archive(const std::string& path);

    // Keeps the line in memory.
    void add(std::string_view table, const LedgerRow& row);
    // Writes all lines and makes them durable. Throws Failure InputOutput; then none of them counts.
    void save();

  private:
    std::string path_;
    UniqueFd fd_;
    std::string lines_;
};

}  // namespace pipeline
