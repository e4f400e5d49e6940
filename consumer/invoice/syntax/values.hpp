// SPDX-License-Identifier: Apache-2.0
// Reads the values of terms from texts. The first invalid one becomes the document's problem.
#pragma once

#include <string>
#include <string_view>

#include "consumer/invoice/model/model.hpp"

namespace pipeline {

// Reads the decimal `text` of the element `local`. If `amount` was read before, its value becomes
// not-a-number, and the element is reported as repeated.
void read_amount(std::string_view local, std::string_view text, Amount& amount, Problem& problem);
// Reads a text of one line, unless an earlier one has been read. Keeps a little more of it than the ledger
// does, so that it is the ledger that cuts.
void read_text(std::string_view text, std::string& term);
// Returns what is kept of a currency, which is only compared: itself, or something of 65 bytes that stands
// for it if it is longer than that.
[[nodiscard]] std::string kept_currency(std::string_view currency);
void read_currency(std::string_view local, std::string_view text, Model& model);
// Reads a date like 2026-03-01 (a time zone may follow), or like 20260301; leaves the term empty if it is
// none, or no day of the calendar.
void read_date(std::string_view text, std::string& term);

// An allowance or charge of the document.
struct AllowanceCharge {
    enum class Kind : std::uint8_t { Unknown, Allowance, Charge };
    Kind kind = Kind::Unknown;  // Unknown: there is no valid indicator
    Amount amount;

    // Reads the indicator, an xs:boolean: true, false, 1 or 0.
    void read_indicator(std::string_view local, std::string_view text, Problem& problem);
    void add_to(Model& model) const noexcept;
};

// True if `scheme` is VAT; case and outer blanks are ignored.
[[nodiscard]] bool is_vat(std::string_view scheme) noexcept;

}  // namespace pipeline
