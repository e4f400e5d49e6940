// SPDX-License-Identifier: Apache-2.0
#include "consumer/batch_worker.hpp"

#include <algorithm>
#include <utility>

namespace pipeline {
namespace {

// The least time to wait before checking again whether a flush is due. Without it, a flush that is due but
// cannot be led now would make the consumer spin.
constexpr std::chrono::nanoseconds kLeastWait{1'000'000};

}  // namespace

BatchWorker::BatchWorker(const Hand& hand, BatchProcessor& outside, const Chances& chances, WorkClock& clock,
                         ResultSaver& saver, FlushDuty& flush, DrainWatch& watch, Pacer& pacer,
                         Admission admission)
    : hand_(hand),
      outside_(outside),
      chances_(chances),
      clock_(clock),
      saver_(saver),
      flush_(flush),
      watch_(watch),
      pacer_(pacer),
      admission_(std::move(admission)) {}

bool BatchWorker::work_off() {
    if (hand_.empty()) return true;
    clock_.begin();
    admission_.begin_batch();
    Batch batch(hand_, results_, chances_, *this);
    outside_.process(batch);
    batch.save();
    clock_.end();
    return batch.is_saved();
}

bool BatchWorker::save_results(std::span<const Result> results) {
    clock_.pause(hand_.word().done, results.size(), std::chrono::steady_clock::now(), false);
    std::transform(results.begin(), results.end(), findings_.begin(),
                   [](const Result& result) { return Finding(result); });
    const bool is_saved = saver_.save(std::span(findings_).first(results.size()));
    clock_.resume();
    return is_saved;
}

std::chrono::nanoseconds BatchWorker::do_other_work() {
    flush_.lead_if_due(std::chrono::nanoseconds::zero());
    watch_.look();
    return std::max(flush_.next_look().value_or(FlushDuty::kBoundedWait), kLeastWait);
}

std::optional<std::chrono::nanoseconds> BatchWorker::take_permit(bool is_idle) {
    const std::chrono::nanoseconds wait = pacer_.take();
    if (wait == std::chrono::nanoseconds::zero()) {
        clock_.go_on();
    } else if (is_idle) {
        if (watch_.has_waited_enough()) return std::nullopt;
        clock_.rest();
    }
    return wait;
}

}  // namespace pipeline
