// SPDX-License-Identifier: Apache-2.0
// An invoice as EN 16931 sees it, whatever its syntax: the terms that the ledger and the calculation rules
// need, by their numbers in the norm (BT: business term, BG: group). A reader fills it, check_rules() judges
// it. Its size does not depend on the document's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consumer/invoice/model/amount.hpp"
#include "consumer/invoice/model/problem.hpp"

namespace pipeline {

enum class Syntax : std::uint8_t { Ubl, Cii };

// BG-22, the document's totals.
struct DocumentTotals {
    Amount lines;        // BT-106
    Amount allowances;   // BT-107
    Amount charges;      // BT-108
    Amount without_tax;  // BT-109
    Amount with_tax;     // BT-112
    Amount prepaid;      // BT-113
    Amount rounding;     // BT-114
    Amount payable;      // BT-115
};

// BT-110 or BT-111: a total of tax, in the document's currency or another one.
struct TaxTotal {
    Amount tax;
    std::string currency;
    Amount breakdown;  // the sum of BT-117 of the breakdown that belongs to it; absent without one
};

// BG-23, one rate of the breakdown of tax.
struct TaxBreakdown {
    Amount taxable;  // BT-116
    Amount tax;      // BT-117
    Amount percent;  // BT-119, if its scheme is VAT

    // True if BR-CO-17 holds, as the artefact for that syntax has it.
    [[nodiscard]] bool holds(Syntax syntax) const noexcept;
    // |BT-116| x BT-119, rounded to two decimals.
    [[nodiscard]] Decimal expected_tax() const noexcept;
};

struct Model {
    // The most totals of tax, and the most wrong breakdowns that are told of.
    static constexpr std::size_t kMaxTaxTotals = 1000;
    static constexpr std::size_t kMaxShown = 5;

    Syntax syntax = Syntax::Ubl;
    std::string_view root;  // the root element's name; a literal

    std::string number;     // BT-1
    std::string issued_on;  // BT-2, as 2026-03-01; empty if it is no such date
    std::string kind;       // BT-3
    std::string currency;   // BT-5 as written
    bool has_currency = false;
    std::string due_on;           // BT-9
    std::string seller;           // BT-27
    std::string seller_trading;   // BT-28
    std::string seller_legal_id;  // BT-30
    std::string seller_vat_id;    // BT-31
    std::string seller_tax_id;    // BT-32
    std::string buyer;            // BT-44
    std::string buyer_trading;    // BT-45

    Decimal line_sum;      // of BT-131
    Amount allowance_sum;  // of BT-92
    Amount charge_sum;     // of BT-99
    std::size_t totals_count = 0;
    DocumentTotals totals;  // the first ones
    std::vector<TaxTotal> tax_totals;
    std::size_t wrong_breakdowns = 0;
    std::vector<TaxBreakdown> first_wrong;
    Problem problem;

    void clear(Syntax new_syntax, std::string_view new_root);
    void add_breakdown(const TaxBreakdown& breakdown);
    void add_tax_total(const TaxTotal& total);

    [[nodiscard]] std::string_view seller_name() const noexcept {
        return seller.empty() ? seller_trading : seller;
    }
    [[nodiscard]] std::string_view buyer_name() const noexcept {
        return buyer.empty() ? buyer_trading : buyer;
    }
    // The seller's number for VAT, or else its legal one, or else another one for taxes.
    [[nodiscard]] std::string_view seller_id() const noexcept;
    // The totals of tax in the document's currency: how many, and the first one (null if there is none).
    struct InCurrency {
        std::size_t count = 0;
        const TaxTotal* first = nullptr;
    };
    [[nodiscard]] InCurrency tax_in_currency() const noexcept;
};

}  // namespace pipeline
