// SPDX-License-Identifier: Apache-2.0
// Reads the values of UBL elements: texts, amounts, indicators. The first invalid value becomes the
// document's problem.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "consumer/invoice/ubl_document.hpp"

namespace pipeline {

class UblValues {
  public:
    // From now on, reports problems to `problem`, which must outlive the reading.
    void set_problem(Problem& problem) noexcept { problem_ = &problem; }

    // Returns the text of an element, valid until the next call. For an element with child elements, returns
    // a text that is no valid value.
    [[nodiscard]] std::string_view text_of(pugi::xml_node element);
    // Reads the decimal in `element`, whose local name is `local`. If `amount` was read before, its value
    // becomes not-a-number, and the element is reported as repeated.
    void read_amount(pugi::xml_node element, const char* local, Amount& amount);
    // Reads a ChargeIndicator, an xs:boolean: true, false, 1 or 0.
    void read_indicator(pugi::xml_node element, AllowanceCharge& allowance_charge);

    // True if `scheme` is VAT; case and outer blanks are ignored.
    [[nodiscard]] static bool is_vat(std::string_view scheme) noexcept;

  private:
    Problem* problem_ = nullptr;
    std::string joined_;  // a text that comments or CDATA sections divide, joined again
};

}  // namespace pipeline
