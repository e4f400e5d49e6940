// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/syntax/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "common/text/clean_text.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
// More than the ledger has for any text (kMaxTermBytes, Details).
constexpr std::size_t kKeptBytes = 320;

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_number(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

unsigned number_of(std::string_view digits) noexcept {
    unsigned number = 0;
    for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
    return number;
}

// True for 2026-03-01, if there is that day.
bool is_day(std::string_view date) noexcept {
    if (date.size() != 10 || date[4] != '-' || date[7] != '-') return false;
    const auto year = date.substr(0, 4);
    const auto month = date.substr(5, 2);
    const auto day = date.substr(8, 2);
    if (!is_number(year) || !is_number(month) || !is_number(day)) return false;
    return std::chrono::year_month_day(std::chrono::year(static_cast<int>(number_of(year))),
                                       std::chrono::month(number_of(month)), std::chrono::day(number_of(day)))
        .ok();
}

// True for Z, +01:00 and nothing.
bool is_zone(std::string_view zone) noexcept {
    if (zone.empty() || zone == "Z") return true;
    return zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && is_number(zone.substr(1, 2)) &&
           zone[3] == ':' && is_number(zone.substr(4));
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
    if (!term.empty()) return;
    std::string clean;
    clean_text(text, clean);
    std::size_t length = std::min(clean.size(), kKeptBytes);
    while (length > 0 && length < clean.size() &&
           (static_cast<unsigned char>(clean[length]) & 0xc0U) == 0x80U)
        --length;
    term.assign(clean, 0, length);
}

// No document can have the first character of what stands for a long one.
std::string kept_currency(std::string_view currency) {
    constexpr std::size_t kLongest = 65;
    if (currency.size() <= kLongest) return std::string(currency);
    return fmt::format("\x1f{} {}", currency.size(), std::hash<std::string_view>()(currency));
}

void read_currency(std::string_view local, std::string_view text, Model& model) {
    if (model.has_currency) model.problem.set(Problem::Kind::Repeated, local);
    model.has_currency = true;
    model.currency = kept_currency(text);
}

void read_date(std::string_view text, std::string& term) {
    text = trimmed(text);
    if (!term.empty()) return;
    std::string date;
    if (text.size() == 8) {
        date.append(text.substr(0, 4))
            .append("-")
            .append(text.substr(4, 2))
            .append("-")
            .append(text.substr(6));
    } else if (text.size() >= 10 && is_zone(text.substr(10))) {
        date = text.substr(0, 10);
    }
    if (is_day(date)) term = date;
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
