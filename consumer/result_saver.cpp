// SPDX-License-Identifier: Apache-2.0
#include "consumer/result_saver.hpp"

namespace pipeline {

bool ResultSaver::save(std::span<const Finding> findings) {
    while (true) {
        const std::size_t saved = storage_.save(hand_, findings);
        metrics_.items.store(metrics_.items.load(std::memory_order_relaxed) + saved,
                             std::memory_order_relaxed);
        findings = findings.subspan(saved);
        if (findings.empty()) return true;
        // The storage is full: it holds results that are not in the ledger, or not yet acknowledged by the
        // producer. Lead a flush that is due, or wait for another process to make room. If bytes are lacking,
        // there may be few records, and no flush may be due: then lead one all the same.
        const bool has_led = storage_.lacks_bytes() ? flush_.lead_if_any_waits(Flush::kLeaveToLeader)
                                                    : flush_.lead_if_due(Flush::kLeaveToLeader);
        if (!has_led) storage_.wait_for_room(flush_.next_look().value_or(FlushDuty::kBoundedWait));
        watch_.look();
        if (watch_.has_waited_enough() || nobody_makes_room()) return false;
    }
}

// True if the full storage will get no room: all its results are durable, so that only a producer could
// release space, but the producer is dead, and no supervisor is left to start another one.
bool ResultSaver::nobody_makes_room() const noexcept {
    return watch_.is_orphan() && storage_.durable() == storage_.tail() && !watch_.producer_is_alive();
}

}  // namespace pipeline
