// SPDX-License-Identifier: Apache-2.0
// The result for an invoice that was read: what the ledger keeps of it, and why it is rejected.
#pragma once

#include <string_view>

#include "common/core/result.hpp"
#include "common/core/terms/invoice_terms.hpp"
#include "consumer/invoice/model/model.hpp"

namespace pipeline {

// Books the invoice if it violates no rule and has no problem; otherwise rejects it. In both cases sets
// details and terms, but leaves out amounts that are no whole number of the currency's minor units. A reason
// begins with the ids of the rules: `BR-CO-13 BR-CO-16: due 119.00, expected ...`. The terms' result says the
// same as JSON.
void judge(const Model& model, Result& result, InvoiceTerms& terms);

}  // namespace pipeline
