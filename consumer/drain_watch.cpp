// SPDX-License-Identifier: Apache-2.0
#include "consumer/drain_watch.hpp"

#include "common/base/log.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

using std::chrono::steady_clock;

// In a drain, a living producer closes the ring itself, after it has pushed the items that its source could
// not give again. This function closes the ring if the producer is dead, or if this consumer has been an
// orphan for the drain timeout.
void DrainWatch::look() {
    if (!is_orphan() && lineage_.is_orphan()) {
        orphan_since_ = steady_clock::now();
        log(LogLevel::Notice, "the supervisor is gone: draining");
        ring_.request_stop(StopStep::Drain);
    }
    if (ring_.closed() || !ring_.stop_requested()) return;
    if (!producer_is_alive() || has_waited_enough()) ring_.close();
}

bool DrainWatch::has_waited_enough() const noexcept {
    return is_orphan() && steady_clock::now() - orphan_since_ > drain_timeout_;
}

bool DrainWatch::producer_is_alive() const noexcept {
    return ProcessId::unpack(ring_.area().producer_process.load(std::memory_order_acquire)).is_alive();
}

}  // namespace pipeline
