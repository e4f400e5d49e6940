// SPDX-License-Identifier: Apache-2.0
#include "observer/see/failures.hpp"

#include <algorithm>

#include "common/shm/loaded.hpp"

namespace pipeline {
namespace {

bool has_failed(const Record& record) noexcept {
    return loaded_plain(record.outcome) == Outcome::Failed;
}

}  // namespace

std::uint64_t failures_in_a_row(const StorageView& storage, const Flow& flow, std::uint64_t most) {
    if (flow.outcomes.failed != 0 && flow.outcomes.failed == flow.durable) return flow.durable;
    const std::uint64_t waiting = flow.saved > flow.durable ? flow.saved - flow.durable : 0;
    if (waiting >= storage.capacity()) return 0;
    // A consumer may overwrite one of these records with a newer one during the read. Then the newer record's
    // outcome counts, although the ledger may still find that the record is a duplicate.
    const std::uint64_t look_back = std::min({most, flow.durable, storage.capacity() - waiting});
    std::uint64_t count = 0;
    while (count < look_back && has_failed(storage.record(flow.durable - 1 - count))) ++count;
    return count;
}

}  // namespace pipeline
