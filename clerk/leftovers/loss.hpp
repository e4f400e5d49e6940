// SPDX-License-Identifier: Apache-2.0
// The loss with a pipeline's segments: the invoices in them that are not in the ledger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/core/segments/segments_view.hpp"

namespace pipeline {

struct Loss {
    std::string source, ledger;
    std::uint64_t in_ring = 0;
    std::uint64_t in_hands = 0;
    std::uint64_t in_storage = 0;          // processed, and not in the ledger
    std::vector<std::string> first_ids{};  // of those that are not in the ledger, the oldest; printable
    [[nodiscard]] std::uint64_t all() const noexcept { return in_ring + in_hands + in_storage; }
};

// Returns what is lost with the segments, and at most `most_ids` ids. Checks the contents first: throws
// Failure Configuration if they are damaged. No process may have the segments.
[[nodiscard]] Loss loss_of(const SegmentsView& segments, std::size_t most_ids);

// Returns the loss in lines for people, which also say what the next start of the source does.
[[nodiscard]] std::string loss_text(const std::string& path, const Loss& loss);

}  // namespace pipeline
