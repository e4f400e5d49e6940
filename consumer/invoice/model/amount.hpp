// SPDX-License-Identifier: Apache-2.0
// A term of an invoice that is a number.
#pragma once

#include "consumer/work/decimal.hpp"

namespace pipeline {

// `value` is not a number if the term is absent or its text is no number: comparisons with it fail.
struct Amount {
    bool present = false;
    Decimal value = Decimal::not_a_number();

    Amount() noexcept = default;
    explicit Amount(const Decimal& number) noexcept : present(true), value(number) {}
    // The value, or zero if the term is absent. For terms that a rule counts only "if present".
    [[nodiscard]] Decimal or_zero() const noexcept { return present ? value : Decimal(); }
    void add(const Amount& other) noexcept {
        value = or_zero() + other.or_zero();
        present = true;
    }
};

}  // namespace pipeline
