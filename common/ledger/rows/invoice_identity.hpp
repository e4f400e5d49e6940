// SPDX-License-Identifier: Apache-2.0
// What makes two invoices the same one, under whatever ids they come: the same seller and number, both an
// invoice or both a credit note; or the same bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "common/core/record.hpp"
#include "common/ledger/rows/row_rules.hpp"

namespace pipeline {

struct InvoiceIdentity {
    // Both are empty if the invoice has only one of them, or one that was cut: others may begin alike.
    std::string number, seller;
    bool is_credit_note = false;
    std::string file_digest;  // empty: unknown

    [[nodiscard]] bool has_number() const noexcept { return !number.empty(); }
};

// Returns the identity of record `i`; none if the record is not booked or has no terms: then it cannot repeat
// another one.
[[nodiscard]] std::optional<InvoiceIdentity> identity_of(const RecordRange& records, std::size_t i);

// Makes the verdict on a record reject it, because it repeats the invoice `verdict.repeats`. `by_number`: it
// has the same number, else the same bytes.
void reject_repeat(RowVerdict& verdict, bool by_number);

}  // namespace pipeline
