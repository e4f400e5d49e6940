// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/syntax/values.hpp"

#include <algorithm>

#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_number(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void read_amount(std::string_view local, std::string_view text, Amount& amount, Problem& problem) {
    if (amount.present) {
        amount.value = Decimal::not_a_number();
        return problem.set(Problem::Kind::Repeated, local);
    }
    amount.present = true;
    switch (Decimal::parse(text, amount.value)) {
        case Decimal::ParseOutcome::Parsed:
            return;
        case Decimal::ParseOutcome::NotDecimal:
            return problem.set(Problem::Kind::NotDecimal, local, text);
        case Decimal::ParseOutcome::TooLong:
            return problem.set(Problem::Kind::TooLong, local, text);
    }
}

void read_text(std::string_view text, std::string& term) {
    if (term.empty()) clean_text(text, term);
}

void read_currency(std::string_view local, std::string_view text, Model& model) {
    if (model.has_currency) model.problem.set(Problem::Kind::Repeated, local);
    model.has_currency = true;
    model.currency = text;
}

void read_date(std::string_view text, std::string& term) {
    text = trimmed(text);
    if (!term.empty()) return;
    if (text.size() == 8 && is_number(text)) {
        term.assign(text.substr(0, 4))
            .append("-")
            .append(text.substr(4, 2))
            .append("-")
            .append(text.substr(6));
    } else if (text.size() >= 10 && text[4] == '-' && text[7] == '-' && is_number(text.substr(0, 4)) &&
               is_number(text.substr(5, 2)) && is_number(text.substr(8, 2))) {
        const std::string_view zone = text.substr(10);
        if (zone.empty() || zone == "Z" || (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-')))
            term = text.substr(0, 10);
    }
}

void AllowanceCharge::read_indicator(std::string_view local, std::string_view text, Problem& problem) {
    const std::string_view value = trimmed(text);
    const bool is_charge = value == "true" || value == "1";
    if (kind != Kind::Unknown) {
        problem.set(Problem::Kind::Repeated, local);
    } else if (!is_charge && value != "false" && value != "0") {
        problem.set(Problem::Kind::NotBoolean, local, text);
    } else {
        kind = is_charge ? Kind::Charge : Kind::Allowance;
    }
}

void AllowanceCharge::add_to(Model& model) const noexcept {
    if (kind == Kind::Allowance) model.allowance_sum.add(amount);
    if (kind == Kind::Charge) model.charge_sum.add(amount);
}

bool is_vat(std::string_view scheme) noexcept {
    scheme = trimmed(scheme);
    return scheme.size() == 3 && (scheme[0] | 0x20) == 'v' && (scheme[1] | 0x20) == 'a' &&
           (scheme[2] | 0x20) == 't';
}

}  // namespace pipeline
