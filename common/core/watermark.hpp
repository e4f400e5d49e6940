// SPDX-License-Identifier: Apache-2.0
// The low watermark: the source position before which every acquired invoice is in storage. The flush leader
// commits it to the ledger in one transaction with the records below `storage_tail`. If the segments are
// lost, the next producer continues from there: nothing is lost, and little is repeated.
#pragma once

#include <cstdint>
#include <optional>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline {

struct Watermark {
    // Once the records below storage_tail are durable, the ledger has every invoice before `cursor`. None:
    // the source has no order, nothing was ever acquired, or items moved too fast for a stable read; the
    // ledger then keeps its cursor, which is still valid.
    std::optional<std::uint64_t> cursor;
    std::uint64_t storage_tail = 0;
};

// Returns the watermark, without taking a lock. Items only move forward (layout.hpp, I5), and this function
// reads ring, hands and storage in that order: if an item moves meanwhile, the function may see it twice, but
// never misses it.
[[nodiscard]] Watermark low_watermark(const RingView& ring, const StorageView& storage) noexcept;

}  // namespace pipeline
