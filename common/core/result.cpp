// SPDX-License-Identifier: Apache-2.0
#include "common/core/result.hpp"

#include <algorithm>
#include <cstring>

namespace pipeline {
namespace {

constexpr std::string_view kCut = "...";

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
        case Status::Waiting:
            return "waiting";
    }
    return "failed";
}

std::string_view to_text(Outcome outcome) noexcept {
    return outcome == Outcome::Duplicate ? "duplicates" : to_text(static_cast<Status>(outcome));
}

Outcome parse_outcome(std::string_view text) noexcept {
    for (const auto outcome : {Outcome::Booked, Outcome::Rejected, Outcome::Waiting}) {
        if (text == to_text(outcome)) return outcome;
    }
    return Outcome::Failed;
}

std::uint16_t store_text(std::span<char> to, std::string_view text) noexcept {
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

void Details::set_currency(std::string_view text) noexcept {
    if (text.size() == currency.size() && std::all_of(text.begin(), text.end(), is_letter)) {
        std::copy(text.begin(), text.end(), currency.begin());
    } else {
        currency[0] = '\0';
    }
}

std::string_view Details::currency_text() const noexcept {
    return currency[0] == '\0' ? std::string_view() : std::string_view(currency.data(), currency.size());
}

}  // namespace pipeline
