// SPDX-License-Identifier: Apache-2.0
// Where a producer goes on: after the last item in the ring, or, in new segments, at the ledger's cursor.
#pragma once

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

// For the only producer; consumers may run meanwhile.
[[nodiscard]] Resume resume_from(const Ring& ring, const Storage& storage);

}  // namespace pipeline
