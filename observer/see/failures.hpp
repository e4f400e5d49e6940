// SPDX-License-Identifier: Apache-2.0
// Counts the invoices that failed in a row. One observation is enough: the storage keeps released records
// until newer ones overwrite them.
#pragma once

#include <cstdint>

#include "common/core/storage.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

// Counts how many records failed in a row, from the newest durable one backwards. Counts at most `most`
// records, and only those that the storage still has. But if every durable record failed, returns the number
// of all durable records.
[[nodiscard]] std::uint64_t failures_in_a_row(const StorageView& storage, const Flow& flow,
                                              std::uint64_t most);

}  // namespace pipeline
