// SPDX-License-Identifier: Apache-2.0
// Checks an invoice against the calculation rules BR-CO-10 to BR-CO-17 of EN 16931-1, as the CEN validation
// artefacts (1.3.16) state them for each syntax. Amounts are exact, and are rounded only where a rule says
// so. A comparison fails if a term is missing or is not a number.
#pragma once

#include <string>
#include <vector>

#include "consumer/invoice/model/model.hpp"

namespace pipeline {

// A rule that does not hold.
struct Violation {
    int rule;              // 10..17
    std::string location;  // the element that the rule looks at, from the root element on
    std::string found;     // a number in digits, "none", or "NaN" for what is no number
    std::string expected;  // the same
    std::string text;      // for people: `due 119.00, expected 119.00 - 20.00 prepaid = 99.00`

    [[nodiscard]] std::string id() const { return "BR-CO-" + std::to_string(rule); }
};

// Returns the violations in the order of the rules' numbers. BR-CO-14 and BR-CO-17 look at several elements,
// and may be there more than once; at most Model::kMaxShown times each.
[[nodiscard]] std::vector<Violation> check_rules(const Model& model);

// Returns the ids of the rules, each once, separated by blanks: "BR-CO-10 BR-CO-13".
[[nodiscard]] std::string ids_of(const std::vector<Violation>& violations);

}  // namespace pipeline
