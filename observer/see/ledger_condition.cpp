// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ledger_condition.hpp"

#include <algorithm>

#include "common/base/printable.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

LedgerCondition look_at_ledger(const MetricsArea& metrics, const StorageView& storage, const Flow& flow) {
    // Load the time of a failure before its text (`error`): the writer stores them in the opposite order.
    LedgerCondition seen;
    static_cast<LedgerNumbers<Plain>&>(seen) = loaded_numbers<LedgerNumbers>(metrics.ledger);
    seen.error = safe_line(metrics.ledger.error.load());
    seen.flush_interval_ns = loaded(metrics.supervisor.flush_interval_ns);
    if (flow.saved > flow.durable) {
        seen.unstored_since_ns = std::max({loaded_plain(storage.record(flow.durable).saved_ns),
                                           seen.last_commit_ns, loaded(metrics.supervisor.started_ns)});
    }
    return seen;
}

}  // namespace pipeline
