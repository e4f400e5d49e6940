// SPDX-License-Identifier: Apache-2.0
// A command with placeholders for an invoice: {} or {id}, {path} and {attempt}, anywhere in a word. A filled
// placeholder never splits a word, whatever the id contains. A command without placeholders gets the id as
// its last argument, as in xargs and GNU parallel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

class CommandTemplate {
  public:
    // `directory` holds the files of the ids; see invoice_path().
    CommandTemplate(std::vector<std::string> words, std::filesystem::path directory);
    // Returns the words for the invoice, valid until the next call.
    [[nodiscard]] const std::vector<std::string>& fill(std::string_view id, std::uint32_t attempt);

  private:
    std::vector<std::string> words_;
    std::filesystem::path directory_;
    std::vector<std::string> filled_;
};

}  // namespace pipeline
