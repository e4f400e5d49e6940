// SPDX-License-Identifier: Apache-2.0
#include "common/core/result.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace pipeline {
namespace {

constexpr std::string_view kCut = "...";

// Copies `text` into `to`, cut at a UTF-8 character boundary if it does not fit; returns the length.
std::uint16_t copy_text(std::span<char> to, std::string_view text) noexcept {
    if (text.size() > to.size()) {
        std::size_t length = to.size() - kCut.size();
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80U) --length;
        std::memcpy(to.data(), text.data(), length);
        std::memcpy(to.data() + length, kCut.data(), kCut.size());
        return static_cast<std::uint16_t>(length + kCut.size());
    }
    std::memcpy(to.data(), text.data(), text.size());
    return static_cast<std::uint16_t>(text.size());
}

bool is_letter(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}

}  // namespace

std::string_view to_text(Status status) noexcept {
    switch (status) {
        case Status::Booked:
            return "booked";
        case Status::Rejected:
            return "rejected";
        case Status::Failed:
            return "failed";
    }
    return "failed";
}

std::string_view to_text(Outcome outcome) noexcept {
    return outcome == Outcome::Duplicate ? "duplicates" : to_text(static_cast<Status>(outcome));
}

void Details::clear() noexcept {
    present = 0;
    currency[0] = '\0';
    supplier_length = 0;
    reason_length = 0;
}

void Details::set_amount(Amount which, std::int64_t hundredths) noexcept {
    amounts[which] = hundredths;
    present = static_cast<std::uint8_t>(present | (1U << which));
}

void Details::set_currency(std::string_view text) noexcept {
    if (text.size() == currency.size() && std::all_of(text.begin(), text.end(), is_letter)) {
        std::copy(text.begin(), text.end(), currency.begin());
    } else {
        currency[0] = '\0';
    }
}

void Details::set_supplier(std::string_view text) noexcept {
    supplier_length = copy_text(supplier, text);
}
void Details::set_reason(std::string_view text) noexcept {
    reason_length = copy_text(reason, text);
}

std::string_view Details::currency_text() const noexcept {
    return currency[0] == '\0' ? std::string_view() : std::string_view(currency.data(), currency.size());
}

std::string_view Details::supplier_text() const noexcept {
    return {supplier.data(), std::min<std::size_t>(supplier_length, supplier.size())};
}

std::string_view Details::reason_text() const noexcept {
    return {reason.data(), std::min<std::size_t>(reason_length, reason.size())};
}

}  // namespace pipeline
