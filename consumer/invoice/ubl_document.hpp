// SPDX-License-Identifier: Apache-2.0
// What a UBL 2.1 Invoice or CreditNote says, as far as the ledger and the calculation rules need it: plain
// data, made by UblReader, judged by check_en16931(). Vectors keep their memory from document to document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consumer/work/decimal.hpp"

namespace pipeline {

// An element with a number in it. Absent, or present with a text that is no number: both are not a number,
// so that a comparison with it does not hold.
struct Amount {
    bool present = false;
    Decimal value = Decimal::not_a_number();

    Amount() noexcept = default;
    explicit Amount(const Decimal& number) noexcept : present(true), value(number) {}
    // The value; zero if the element is absent. For what is added or subtracted "if present".
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
    Kind kind = Kind::Unknown;  // Unknown: no ChargeIndicator, or neither true nor false
    Amount amount;
};

// cac:TaxTotal/cac:TaxSubtotal
struct TaxSubtotal {
    Amount taxable;
    Amount tax;
    Amount vat_percent;  // cbc:Percent of the category whose tax scheme is VAT
};

struct TaxTotal {
    bool own = false;  // the document's own, not that of a line or of something else in it
    Amount tax;
    std::string_view currency;  // currencyID of the TaxAmount
    std::size_t first_subtotal = 0;
    std::size_t subtotal_count = 0;
};

// What was found wrong while reading, beside any rule: the first one only.
struct Problem {
    enum class Kind : std::uint8_t {
        None,
        NotDecimal,      // the element's text is no decimal number
        TooLong,         // it is one, but too great or too precise
        NotBoolean,      // neither true nor false
        Repeated,        // the element occurs again where there can be one only
        Missing,         // the element is not there
        TooManyPrefixes  // more namespace declarations than Namespaces takes
    };
    Kind kind = Kind::None;
    const char* element = "";  // its local name
    std::string text;          // what stands there instead

    // Sets it, unless there is one already. `element`: a literal, empty if no element is concerned.
    void set(Kind new_kind, const char* new_element = "", std::string_view new_text = {});
    // One line for people: `PayableAmount "1,00" is not a decimal`.
    [[nodiscard]] std::string describe() const;
};

struct UblDocument {
    std::string supplier;  // empty: none given
    std::string currency;  // DocumentCurrencyCode as it is written
    bool has_currency = false;
    std::vector<Amount> lines;  // the LineExtensionAmount of each line
    std::vector<AllowanceCharge> allowance_charges;
    std::vector<MonetaryTotal> totals;
    std::vector<TaxTotal> tax_totals;
    std::vector<TaxSubtotal> tax_subtotals;  // of all tax totals, one after the other
    Problem problem;

    void clear() noexcept;
    // The TaxAmount of the one own TaxTotal in the document's currency; none if there is no such currency, or
    // not exactly one such amount.
    [[nodiscard]] const Amount* tax_in_currency() const noexcept;
};

}  // namespace pipeline
