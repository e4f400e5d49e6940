// SPDX-License-Identifier: Apache-2.0
// Fills in the placeholders of a command for an invoice: {} or {id}, {path} and {attempt}, anywhere in an
// argument. A filled placeholder never splits an argument, whatever the id contains. A command without
// placeholders gets the id as its last argument, as in xargs and GNU parallel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

class CommandTemplate {
  public:
    // `words`: the command with its arguments. `directory`: where the invoices' files are; see
    // invoice_path().
    CommandTemplate(std::vector<std::string> words, std::filesystem::path directory);
    // Returns the command with its arguments for the invoice, valid until the next call.
    [[nodiscard]] const std::vector<std::string>& fill(std::string_view id, std::uint32_t attempt);

  private:
    std::vector<std::string> words_;
    std::filesystem::path directory_;
    std::vector<std::string> filled_;
};

}  // namespace pipeline
