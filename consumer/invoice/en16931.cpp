// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/en16931.hpp"

#include <algorithm>
#include <span>

namespace pipeline {
namespace {

// The sum of the lines' amounts; zero if there are no lines.
Amount sum_of_lines(const UblDocument& document) noexcept {
    Amount sum{Decimal()};
    for (const Amount& line : document.lines) sum.value = sum.value + line.or_zero();
    return sum;
}

// The sum of the document's own allowances or charges; absent if there are none.
Amount sum_of(const UblDocument& document, AllowanceCharge::Kind kind) noexcept {
    Amount sum;
    for (const AllowanceCharge& each : document.allowance_charges) {
        if (each.kind != kind) continue;
        sum = Amount(sum.or_zero() + each.amount.or_zero());
    }
    return sum;
}

// Checks BR-CO-11 for allowances, or BR-CO-12 for charges: the total is the rounded sum (an absent sum counts
// as zero), or both are absent.
bool total_holds(const Amount& total, const Amount& sum) noexcept {
    return total.value == round2(sum.or_zero()) || (!total.present && !sum.present);
}

bool net_total_holds(const MonetaryTotal& total) noexcept {
    return total.tax_exclusive.value == round2(total.line_extension.value - total.allowance_total.or_zero() +
                                               total.charge_total.or_zero());
}

bool payable_holds(const MonetaryTotal& total) noexcept {
    return total.payable.value - total.payable_rounding.or_zero() ==
           round2(total.tax_inclusive.value - total.prepaid.or_zero());
}

bool tax_total_holds(const TaxTotal& total, std::span<const TaxSubtotal> subtotals) noexcept {
    if (subtotals.empty()) return true;
    Decimal sum;
    for (const TaxSubtotal& subtotal : subtotals) sum = sum + subtotal.tax.or_zero();
    return total.tax.value == round2(sum);
}

bool gross_total_holds(const UblDocument& document) noexcept {
    if (!document.has_currency) return true;
    const Amount* tax = document.tax_in_currency();
    if (tax == nullptr || document.totals.size() != 1) return false;
    const MonetaryTotal& total = document.totals.front();
    return total.tax_inclusive.value == round2(total.tax_exclusive.value + tax->value);
}

bool tax_holds(const TaxSubtotal& subtotal) noexcept {
    const Decimal zero;
    const Decimal one(1, 0);
    const Amount& percent = subtotal.vat_percent;
    if (!percent.present || percent.value.round(0) == zero) return subtotal.tax.value.round(0) == zero;
    const Decimal expected = round2(subtotal.taxable.value.abs().percentage(percent.value));
    return (subtotal.tax.value.abs() - expected).abs() < one;
}

}  // namespace

std::string RuleSet::text() const {
    std::string text;
    for (int number = kFirst; number <= kLast; ++number) {
        if (!contains(number)) continue;
        if (!text.empty()) text += ' ';
        text += "BR-CO-" + std::to_string(number);
    }
    return text;
}

RuleSet check_en16931(const UblDocument& document) noexcept {
    RuleSet violated;
    const auto require = [&violated](int number, bool holds) {
        if (!holds) violated.add(number);
    };
    const Amount lines = sum_of_lines(document);
    const Amount allowances = sum_of(document, AllowanceCharge::Kind::Allowance);
    const Amount charges = sum_of(document, AllowanceCharge::Kind::Charge);
    for (const MonetaryTotal& total : document.totals) {
        require(10, total.line_extension.value == round2(lines.value));
        require(11, total_holds(total.allowance_total, allowances));
        require(12, total_holds(total.charge_total, charges));
        require(13, net_total_holds(total));
        require(16, payable_holds(total));
    }
    const std::span<const TaxSubtotal> subtotals(document.tax_subtotals);
    for (const TaxTotal& total : document.tax_totals) {
        if (total.own) {
            require(14,
                    tax_total_holds(total, subtotals.subspan(total.first_subtotal, total.subtotal_count)));
        }
    }
    require(15, gross_total_holds(document));
    require(17, std::all_of(subtotals.begin(), subtotals.end(), tax_holds));
    return violated;
}

}  // namespace pipeline
