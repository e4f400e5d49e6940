// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/ubl_document.hpp"

#include <fmt/format.h>

#include "common/text/clean_text.hpp"

namespace pipeline {

void Problem::set(Kind new_kind, const char* new_element, std::string_view new_text) {
    constexpr std::size_t kEnoughToShow = 200;
    if (kind != Kind::None) return;
    kind = new_kind;
    element = new_element;
    text = new_text.substr(0, kEnoughToShow);
}

std::string Problem::describe() const {
    switch (kind) {
        case Kind::None:
            return {};
        case Kind::NotDecimal:
            return fmt::format("{} {} is not a decimal", element, quoted(text));
        case Kind::TooLong:
            return fmt::format("{} {} has more than {} integer or {} fraction digits", element, quoted(text),
                               Decimal::kMaxIntegerDigits, Decimal::kMaxFractionDigits);
        case Kind::NotBoolean:
            return fmt::format("{} {} is neither true nor false", element, quoted(text));
        case Kind::Repeated:
            return fmt::format("{} occurs more than once", element);
        case Kind::Missing:
            return fmt::format("there is no {}", element);
        case Kind::TooManyPrefixes:
            return fmt::format("too many namespace prefixes are declared");
    }
    return {};
}

void UblDocument::clear() noexcept {
    supplier.clear();
    currency.clear();
    has_currency = false;
    lines.clear();
    allowance_charges.clear();
    totals.clear();
    tax_totals.clear();
    tax_subtotals.clear();
    problem.kind = Problem::Kind::None;
}

const Amount* UblDocument::tax_in_currency() const noexcept {
    const Amount* found = nullptr;
    if (!has_currency) return nullptr;
    for (const TaxTotal& total : tax_totals) {
        if (!total.own || !total.tax.present || total.currency != currency) continue;
        if (found != nullptr) return nullptr;
        found = &total.tax;
    }
    return found;
}

}  // namespace pipeline
