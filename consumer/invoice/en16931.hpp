// SPDX-License-Identifier: Apache-2.0
// Checks a document against the calculation rules BR-CO-10 to BR-CO-17 of EN 16931-1, as the CEN validation
// artefacts for UBL state them. Amounts are exact, and are rounded only where a rule says so. A comparison
// fails if an element is missing or is not a number.
#pragma once

#include <cstdint>
#include <string>

#include "consumer/invoice/ubl_document.hpp"

namespace pipeline {

// A set of rules, in the order of their numbers.
class RuleSet {
  public:
    static constexpr int kFirst = 10;
    static constexpr int kLast = 17;

    // `number`: kFirst..kLast, for BR-CO-10 to BR-CO-17.
    void add(int number) noexcept { bits_ = static_cast<std::uint8_t>(bits_ | (1U << (number - kFirst))); }
    [[nodiscard]] bool contains(int number) const noexcept { return (bits_ >> (number - kFirst) & 1U) != 0; }
    [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }
    // Returns a text like "BR-CO-10 BR-CO-13"; empty if the set is empty.
    [[nodiscard]] std::string text() const;

  private:
    std::uint8_t bits_ = 0;
};

// Returns the rules that `document` violates. BR-CO-10 to 13 and 16 apply to every LegalMonetaryTotal (and
// hold without one), BR-CO-14 to the document's own tax totals, BR-CO-17 to every TaxSubtotal of any
// TaxTotal. BR-CO-15 applies to a document with a currency. It fails unless there is exactly one
// LegalMonetaryTotal, and exactly one of the document's own tax totals has a TaxAmount in that currency.
[[nodiscard]] RuleSet check_en16931(const UblDocument& document) noexcept;

}  // namespace pipeline
