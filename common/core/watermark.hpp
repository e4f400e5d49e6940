// SPDX-License-Identifier: Apache-2.0
// The low watermark: the source position before which every acquired invoice is in storage. Together
// with the records up to `storage_tail` it goes into the ledger in one transaction; after a loss of the
// segments the source goes on from there and gives nothing away and little twice.
#pragma once

#include <cstdint>
#include <optional>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline {

struct Watermark {
    // Once the records below storage_tail are durable, nothing before `cursor` is missing. None: the
    // source has no order, nothing was ever acquired, or items moved too fast to be pinned down; the
    // ledger then keeps the cursor that it has, which is still true.
    std::optional<std::uint64_t> cursor;
    std::uint64_t storage_tail = 0;
};

// Locks nothing. Items move only forward (ring, hand, storage), and are looked for in that order: one that
// moves meanwhile is seen twice, but never missed.
[[nodiscard]] Watermark low_watermark(const Ring& ring, const Storage& storage) noexcept;

}  // namespace pipeline
