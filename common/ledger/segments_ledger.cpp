// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/segments_ledger.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "common/base/printable.hpp"

namespace pipeline {

LedgerSpec ledger_of(const SegmentsView& segments) {
    const std::string ledger = segments.checked_ledger();
    try {
        return parse_ledger(ledger);
    } catch (const std::invalid_argument&) {
        segments.refuse_ring(fmt::format("is damaged: {} is no ledger", in_quotes(ledger)));
    }
}

}  // namespace pipeline
