// SPDX-License-Identifier: Apache-2.0
// The minor units of currencies: an amount of 1.50 EUR is 150, one of 150 JPY is 150, one of 1.500 KWD is
// 1500. The list is that of ISO 4217, list one. The views of the ledger's schema have it too: a change of it
// is a new version of the schema.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

// The currencies that have another number of decimals than kUsualDigits: three letters each, separated by
// blanks.
struct MinorUnit {
    int digits;
    std::string_view currencies;
};
inline constexpr int kUsualDigits = 2;
inline constexpr std::array<MinorUnit, 3> kMinorUnits{{
    {0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"},
    {3, "BHD IQD JOD KWD LYD OMR TND"},
    {4, "CLF UYW"},
}};

// Returns the number of decimals that an amount in this currency has; kUsualDigits if the currency is unknown
// or empty.
[[nodiscard]] constexpr int minor_digits(std::string_view currency) noexcept {
    for (const MinorUnit& unit : kMinorUnits) {
        for (std::size_t at = 0; at < unit.currencies.size(); at += 4) {
            if (unit.currencies.substr(at, 3) == currency) return unit.digits;
        }
    }
    return kUsualDigits;
}

// Returns an amount that version 0.1.0 has stored, in hundredths, as minor units of the currency; none if it
// is no whole number of them, or if their number does not fit.
[[nodiscard]] std::optional<std::int64_t> from_hundredths(std::int64_t hundredths, int digits) noexcept;

// Returns an amount of minor units in digits: -5 with two decimals is "-0.05", without any "-5".
[[nodiscard]] std::string amount_text(std::int64_t units, int digits);

}  // namespace pipeline
