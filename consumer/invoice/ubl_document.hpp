// SPDX-License-Identifier: Apache-2.0
// The content of a UBL 2.1 Invoice or CreditNote that the ledger and the calculation rules need: plain data.
// UblReader fills it, check_en16931() judges it. Vectors keep their memory from document to document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consumer/work/decimal.hpp"

namespace pipeline {

// An element that holds a number. `value` is not a number if the element is absent or its text is no number:
// comparisons with it fail.
struct Amount {
    bool present = false;
    Decimal value = Decimal::not_a_number();

    Amount() noexcept = default;
    explicit Amount(const Decimal& number) noexcept : present(true), value(number) {}
    // The value, or zero if the element is absent. For terms that a rule counts only "if present".
    [[nodiscard]] Decimal or_zero() const noexcept { return present ? value : Decimal(); }
};

// cac:LegalMonetaryTotal
struct MonetaryTotal {
    Amount line_extension;
    Amount tax_exclusive;
    Amount tax_inclusive;
    Amount allowance_total;
    Amount charge_total;
    Amount prepaid;
    Amount payable_rounding;
    Amount payable;
};

// cac:AllowanceCharge of the document itself
struct AllowanceCharge {
    enum class Kind : std::uint8_t { Unknown, Allowance, Charge };
    Kind kind = Kind::Unknown;  // Unknown: there is no valid ChargeIndicator
    Amount amount;
};

// cac:TaxTotal/cac:TaxSubtotal
struct TaxSubtotal {
    Amount taxable;
    Amount tax;
    Amount vat_percent;  // cbc:Percent of the category whose tax scheme is VAT
};

struct TaxTotal {
    bool own = false;  // the document's own, not a line's or another part's
    Amount tax;
    std::string_view currency;  // currencyID of the TaxAmount
    std::size_t first_subtotal = 0;
    std::size_t subtotal_count = 0;
};

// The first problem that UblReader has found in a document. Violated calculation rules are not problems.
struct Problem {
    enum class Kind : std::uint8_t {
        None,
        NotDecimal,      // the text is no decimal number
        TooLong,         // a decimal, but too great or too precise
        NotBoolean,      // neither true nor false
        Repeated,        // the element may occur only once here
        Missing,         // the element is absent
        TooManyPrefixes  // more namespace declarations than Namespaces takes
    };
    Kind kind = Kind::None;
    const char* element = "";  // the element's local name
    std::string text;          // the text found instead of a valid one

    // Sets the problem unless there is one already. `new_element`: a string literal; empty if no element is
    // concerned.
    void set(Kind new_kind, const char* new_element = "", std::string_view new_text = {});
    // Returns one line for people, like `PayableAmount "1,00" is not a decimal`.
    [[nodiscard]] std::string describe() const;
};

struct UblDocument {
    std::string supplier;  // empty: none given
    std::string currency;  // DocumentCurrencyCode as written
    bool has_currency = false;
    std::vector<Amount> lines;  // the LineExtensionAmount of each line
    std::vector<AllowanceCharge> allowance_charges;
    std::vector<MonetaryTotal> totals;
    std::vector<TaxTotal> tax_totals;
    std::vector<TaxSubtotal> tax_subtotals;  // of all tax totals, one after the other
    Problem problem;

    void clear() noexcept;
    // Returns the TaxAmount in the document's currency among the document's own TaxTotals; null if the
    // document has no currency, or if there is not exactly one such amount.
    [[nodiscard]] const Amount* tax_in_currency() const noexcept;
};

}  // namespace pipeline
