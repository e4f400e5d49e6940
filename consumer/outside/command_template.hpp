// SPDX-License-Identifier: Apache-2.0
// A command with places in it that an invoice fills: {} or {id}, {path} and {attempt}, anywhere in a word.
// Filling never makes another word of it, whatever is in the id. A command without any such place gets the id
// as its last argument, as xargs and GNU parallel do it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

class CommandTemplate {
  public:
    // `directory` holds the files of the ids, see invoice_path().
    CommandTemplate(std::vector<std::string> words, std::filesystem::path directory);
    // The words for the invoice; they are valid until the next call.
    [[nodiscard]] const std::vector<std::string>& fill(std::string_view id, std::uint32_t attempt);

  private:
    std::vector<std::string> words_;
    std::filesystem::path directory_;
    std::vector<std::string> filled_;
};

}  // namespace pipeline
