// SPDX-License-Identifier: Apache-2.0
// Counts the invoices that failed in a row. One observation is enough: the storage keeps released records
// until their slots are reused.
#pragma once

#include <cstdint>

#include "common/core/storage.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

// Counts the failed records back from the newest durable one to the first that did not fail: at most `most`,
// and only as far as the storage still has them. If every durable record failed, returns their full number.
[[nodiscard]] std::uint64_t failures_in_a_row(const StorageView& storage, const Flow& flow,
                                              std::uint64_t most);

}  // namespace pipeline
