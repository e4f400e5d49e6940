// SPDX-License-Identifier: Apache-2.0
// Short questions for the summary of a run, to a ledger of any kind. Nothing depends on the answers, so no
// fault of the ledger is an error here, and the caller never waits longer than two seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/ledger/summary/reason_counts.hpp"
#include "common/spec/ledger_spec.hpp"

namespace pipeline {

// Returns the most frequent reasons of a run's failed and rejected invoices; none if the ledger keeps no rows
// or cannot be read now.
[[nodiscard]] std::optional<FrequentReasons> frequent_reasons(const LedgerSpec& spec, const RunOutcomes& run);

// Returns the number of the source's invoices that all runs together have acquired and recorded; none if the
// ledger does not know the source, keeps no rows or cannot be read now.
[[nodiscard]] std::optional<std::uint64_t> acquired_count(const LedgerSpec& spec, std::string_view source);

// Returns how many of the source's invoices wait, or `most`, if they are more; none if the ledger keeps no
// rows or cannot be read now.
[[nodiscard]] std::optional<std::uint64_t> waiting_count(const LedgerSpec& spec, std::string_view source,
                                                         std::uint64_t most);

}  // namespace pipeline
