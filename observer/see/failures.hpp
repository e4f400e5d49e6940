// SPDX-License-Identifier: Apache-2.0
// How many invoices have failed in a row. One look is enough: the storage keeps what it has released until
// the place is used again.
#pragma once

#include <cstdint>

#include "common/core/storage.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

// Of the newest durable records, as far as they are still there, but at most `most`; or all that there ever
// were, if each of them failed.
[[nodiscard]] std::uint64_t failures_in_a_row(const Storage& storage, const Flow& flow, std::uint64_t most);

}  // namespace pipeline
