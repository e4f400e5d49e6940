// SPDX-License-Identifier: Apache-2.0
// Finds the items in the segments that were given again: a new producer renews the leases of their rows.
#pragma once

#include <vector>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/ledger/ledger_taker.hpp"

namespace pipeline {

// Returns the rows of all items in ring, hands and storage that were given again and are not released. For
// the producer, before it pushes. Consumers may move items meanwhile; an item may then be returned twice.
[[nodiscard]] std::vector<TakenRow> in_flight_again(const Ring& ring, const Storage& storage);

}  // namespace pipeline
