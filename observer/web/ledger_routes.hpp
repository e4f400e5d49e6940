// SPDX-License-Identifier: Apache-2.0
// The paths below /ledger/: a request as a question to the ledger, and its answer as JSON. Pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "observer/rows/ledger_question.hpp"
#include "observer/web/routes.hpp"

namespace pipeline {

inline constexpr std::string_view kLedgerPaths = "/ledger/";

// Returns the value of a parameter of the request; empty if it is not given.
using Parameter = std::function<std::string(const char* name)>;

// Returns the question that the path and its parameters ask of the ledger `ledger`; else the response: 404
// for an unknown path, 400 for a parameter that is missing or wrong.
[[nodiscard]] std::variant<LedgerQuestion, Response> ledger_question(std::string_view path,
                                                                     const Parameter& parameter,
                                                                     std::string ledger);

// Returns the answer as JSON: with status 404 if the ledger does not know the invoice, 503 if there is no
// answer now. `from`: how many of the groups are left out, the largest ones.
[[nodiscard]] Response ledger_response(const LedgerQuestion& question, const LedgerAnswer& answer,
                                       std::size_t from = 0);

// Returns the parameter `from`; 0 if it is not given or no number.
[[nodiscard]] std::size_t first_group(const Parameter& parameter);

inline constexpr std::size_t kGroupsOnPage = 50;

}  // namespace pipeline
