// SPDX-License-Identifier: Apache-2.0
// Fills in the placeholders of a command for an invoice (common/spec/placeholders.hpp). A filled placeholder
// never splits an argument, whatever the id contains. A command without placeholders gets the id as its last
// argument, as in xargs and GNU parallel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/spec/placeholders.hpp"
#include "consumer/work/acquired.hpp"

namespace pipeline {

class CommandTemplate {
  public:
    // `words`: the command with its arguments, which check_placeholders() accepts. `directory`: where the
    // invoices' files are; see invoice_path(). `place`: the consumer's number, from 0.
    CommandTemplate(const std::vector<std::string>& words, std::filesystem::path directory,
                    std::uint32_t place = 0);
    // Returns the command with its arguments for the invoice, valid until the next call.
    [[nodiscard]] const std::vector<std::string>& fill(const Acquired& invoice, std::uint32_t attempt);

  private:
    [[nodiscard]] std::string value_of(const ArgumentPiece& piece, const Acquired& invoice,
                                       std::uint32_t attempt) const;

    std::vector<std::vector<ArgumentPiece>> words_;
    std::filesystem::path directory_;
    std::uint32_t place_;
    std::vector<std::string> filled_;
};

}  // namespace pipeline
