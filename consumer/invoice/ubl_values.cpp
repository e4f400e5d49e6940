// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/ubl_values.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

void UblValues::read_amount(pugi::xml_node element, const char* local, Amount& amount) {
    if (amount.present) {
        amount.value = Decimal::not_a_number();
        problem_->set(Problem::Kind::Repeated, local);
        return;
    }
    amount.present = true;
    const std::string_view text = text_of(element);
    switch (Decimal::parse(text, amount.value)) {
        case Decimal::ParseOutcome::Parsed:
            break;
        case Decimal::ParseOutcome::NotDecimal:
            problem_->set(Problem::Kind::NotDecimal, local, text);
            break;
        case Decimal::ParseOutcome::TooLong:
            problem_->set(Problem::Kind::TooLong, local, text);
            break;
    }
}

void UblValues::read_indicator(pugi::xml_node element, AllowanceCharge& allowance_charge) {
    const std::string_view text = text_of(element);
    const std::string_view value = trimmed(text);
    const bool is_charge = value == "true" || value == "1";
    if (allowance_charge.kind != AllowanceCharge::Kind::Unknown) {
        problem_->set(Problem::Kind::Repeated, "ChargeIndicator");
    } else if (!is_charge && value != "false" && value != "0") {
        problem_->set(Problem::Kind::NotBoolean, "ChargeIndicator", text);
    } else {
        allowance_charge.kind = is_charge ? AllowanceCharge::Kind::Charge : AllowanceCharge::Kind::Allowance;
    }
}

std::string_view UblValues::text_of(pugi::xml_node element) {
    if (!element.first_child()) return element.value();
    joined_ = element.value();
    for (const pugi::xml_node part : element.children()) {
        if (part.type() == pugi::node_element) return "<...>";
        joined_ += part.value();
    }
    return joined_;
}

bool UblValues::is_vat(std::string_view scheme) noexcept {
    scheme = trimmed(scheme);
    return scheme.size() == 3 && (scheme[0] | 0x20) == 'v' && (scheme[1] | 0x20) == 'a' &&
           (scheme[2] | 0x20) == 't';
}

}  // namespace pipeline
