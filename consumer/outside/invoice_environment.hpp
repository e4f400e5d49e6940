// SPDX-License-Identifier: Apache-2.0
// The environment of a user's program: that of the consumer, and variables that say which invoice the program
// processes (docs/processors.md). INVOICE_PLACE and INVOICE_SOURCE are the same for all invoices of a
// consumer; INVOICE_ID and INVOICE_ATTEMPT belong to one attempt. A program that processes many invoices does
// not get these two, not even if the consumer has inherited them: a pipeline may itself be the program of
// another one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

class InvoiceEnvironment {
  public:
    // Copies this process's environment. `source`: the source's name in the ledger; `place`: the consumer's
    // number, from 0.
    InvoiceEnvironment(std::string_view source, std::uint32_t place);

    // Return "NAME=VALUE" for each variable, valid until the next call: for a program that processes many
    // invoices, and for one attempt at one invoice. `attempt` counts from 1.
    [[nodiscard]] const std::vector<std::string>& of_program();
    [[nodiscard]] const std::vector<std::string>& of_attempt(std::string_view id, std::uint32_t attempt);

  private:
    std::vector<std::string> variables_;
    std::size_t common_;  // the number of variables that all programs get; they come first
};

}  // namespace pipeline
