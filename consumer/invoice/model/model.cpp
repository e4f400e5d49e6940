// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/model/model.hpp"

namespace pipeline {

Decimal TaxBreakdown::expected_tax() const noexcept {
    return round2(taxable.value.abs().percentage(percent.value));
}

// The syntaxes differ at a difference of exactly one: UBL's artefact refuses it, CII's accepts it.
bool TaxBreakdown::holds(Syntax syntax) const noexcept {
    const Decimal zero;
    const Decimal one(1, 0);
    if (!percent.present || percent.value.round(0) == zero) return tax.value.round(0) == zero;
    const Decimal difference = (tax.value.abs() - expected_tax()).abs();
    return difference < one || (syntax == Syntax::Cii && difference == one);
}

void Model::clear(Syntax new_syntax, std::string_view new_root) {
    syntax = new_syntax;
    root = new_root;
    for (std::string* text : {&number, &issued_on, &kind, &currency, &due_on, &seller, &seller_trading,
                              &seller_legal_id, &seller_vat_id, &seller_tax_id, &buyer, &buyer_trading})
        text->clear();
    has_currency = false;
    line_sum = Decimal();
    allowance_sum = Amount();
    charge_sum = Amount();
    totals_count = 0;
    totals = DocumentTotals();
    tax_totals.clear();
    wrong_breakdowns = 0;
    first_wrong.clear();
    problem.kind = Problem::Kind::None;
}

void Model::add_breakdown(const TaxBreakdown& breakdown) {
    if (breakdown.holds(syntax)) return;
    ++wrong_breakdowns;
    if (first_wrong.size() < kMaxShown) first_wrong.push_back(breakdown);
}

void Model::add_tax_total(const TaxTotal& total) {
    if (tax_totals.size() < kMaxTaxTotals) {
        tax_totals.push_back(total);
    } else {
        problem.set(Problem::Kind::TooMany, "totals of tax");
    }
}

std::string_view Model::seller_id() const noexcept {
    if (!seller_vat_id.empty()) return seller_vat_id;
    return seller_legal_id.empty() ? seller_tax_id : seller_legal_id;
}

Model::InCurrency Model::tax_in_currency() const noexcept {
    InCurrency found;
    if (!has_currency) return found;
    for (const TaxTotal& total : tax_totals) {
        if (!total.tax.present || total.currency != currency) continue;
        if (found.count++ == 0) found.first = &total;
    }
    return found;
}

}  // namespace pipeline
