// SPDX-License-Identifier: Apache-2.0
// How many invoices in a row have failed. One look is enough: the storage keeps released records until their
// slots are reused.
#pragma once

#include <cstdint>

#include "common/core/storage.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

// Counts the newest durable records that failed, back to the first that did not, as far as they are still
// there, and at most `most`. If every durable record failed, returns their full number.
[[nodiscard]] std::uint64_t failures_in_a_row(const StorageView& storage, const Flow& flow,
                                              std::uint64_t most);

}  // namespace pipeline
