// SPDX-License-Identifier: Apache-2.0
#include "observer/audit/deep_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/plural.hpp"
#include "common/spec/source_spec.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kWindow = std::uint64_t{1} << 26U;  // numbers checked at a time, one bit each: 8 MiB
constexpr std::size_t kMostFaults = 10;

void check_storage(LedgerReader& ledger, DeepCheck& check) {
    const SelfCheck itself = ledger.check_itself(kMostFaults);
    for (const std::string& fault : itself.faults)
        check.findings.push_back(fmt::format("the ledger is damaged: {}", fault));
    if (itself.faults.empty()) check.proofs.push_back(itself.proof);
}

void check_seal(LedgerReader& ledger, const std::optional<Digest>& head, DeepCheck& check) {
    const SelfCheck seal = ledger.check_seal(kMostFaults, head);
    for (const std::string& fault : seal.faults)
        check.findings.push_back(fmt::format("the ledger was changed: {}", fault));
    if (!seal.proof.empty()) check.proofs.push_back(seal.proof);
}

// Checks one sequence: the ledger must have each number before the sequence's cursor exactly once, as an
// invoice or as a duplicate.
void check_sequence(LedgerReader& ledger, const SourceBooks& books, DeepCheck& check) {
    const std::uint64_t last = books.cursor.value_or(0) == 0 ? 0 : *books.cursor - 1;
    // In a damaged ledger the cursor may have any value. If so many numbers seem to be missing, report only
    // how many: a search for each of them would take too long.
    if (last > books.rows() && last - books.rows() > kWindow) {
        check.findings.push_back(fmt::format("at least {} of {} before its cursor {} are not in the ledger",
                                             counted(last - books.rows(), "number"), books.source,
                                             *books.cursor));
        return;
    }
    std::uint64_t missing = 0;
    std::uint64_t first_missing = 0;
    std::uint64_t repeated = 0;
    std::uint64_t first_repeated = 0;
    for (std::uint64_t first = 1; first <= last; first += kWindow) {
        const std::uint64_t size = std::min(kWindow, last - first + 1);
        std::vector<bool> seen(size);
        ledger.for_each_position(books.source, first, first + size - 1, [&](std::uint64_t number) {
            if (seen[number - first] && ++repeated == 1) first_repeated = number;
            seen[number - first] = true;
        });
        // An outcome that was replaced says that the number came, and may be one of several.
        ledger.for_each_former_position(books.source, first, first + size - 1,
                                        [&](std::uint64_t number) { seen[number - first] = true; });
        const auto none = static_cast<std::uint64_t>(std::count(seen.begin(), seen.end(), false));
        if (none != 0 && missing == 0) {
            const auto at = std::find(seen.begin(), seen.end(), false) - seen.begin();
            first_missing = first + static_cast<std::uint64_t>(at);
        }
        missing += none;
    }
    if (missing != 0) {
        check.findings.push_back(fmt::format(
            "{} of {} before its cursor {} {} not in the ledger, the first is {}", counted(missing, "number"),
            books.source, *books.cursor, verb(missing, "is", "are"), first_missing));
    }
    if (repeated != 0) {
        check.findings.push_back(fmt::format("{} of {} {} in the ledger more than once, the first is {}",
                                             counted(repeated, "number"), books.source,
                                             verb(repeated, "is", "are"), first_repeated));
    }
    if (missing == 0 && repeated == 0)
        check.proofs.push_back(
            fmt::format("{}: each number from 1 to {} is in the ledger once", books.source, last));
}

bool gives_numbers(const SourceBooks& books) noexcept {
    const SourceTraits* traits = source_traits_of(books.source);
    return traits != nullptr && traits->ids == SourceTraits::Ids::Numbers;
}

}  // namespace

DeepCheck check_deep(LedgerReader& ledger, const std::vector<SourceBooks>& books,
                     const std::optional<Digest>& head) {
    DeepCheck check;
    check_storage(ledger, check);
    if (check.findings.empty()) check_seal(ledger, head, check);
    for (const SourceBooks& each : books) {
        if (gives_numbers(each)) check_sequence(ledger, each, check);
    }
    return check;
}

}  // namespace pipeline
