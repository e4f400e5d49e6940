// SPDX-License-Identifier: Apache-2.0
// Processes the items that a consumer has claimed (its hand) as one Batch: gives the Batch to a
// BatchProcessor, which works in another process. The Batch decides when to save which results. The
// processing may take long, so the consumer leads flushes meanwhile.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "common/core/hand.hpp"
#include "common/core/result.hpp"
#include "consumer/admission/admission.hpp"
#include "consumer/hand_worker.hpp"
#include "consumer/pacer.hpp"
#include "consumer/result_saver.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work_clock.hpp"

namespace pipeline {

class BatchWorker final : public HandWorker, private Batch::Owner {
  public:
    // All references must outlive the object. `chances` decides when an item has failed.
    BatchWorker(const Hand& hand, BatchProcessor& outside, const Chances& chances, WorkClock& clock,
                ResultSaver& saver, FlushDuty& flush, DrainWatch& watch, Pacer& pacer, Admission admission);

    [[nodiscard]] bool work_off() override;
    void look_after() override { outside_.look_after(); }

  private:
    [[nodiscard]] bool save_results(std::span<const Result> results) override;
    [[nodiscard]] std::chrono::nanoseconds do_other_work() override;
    [[nodiscard]] bool must_leave() override { return watch_.must_leave(); }
    [[nodiscard]] Batch::Admitted admit(std::uint64_t i) override { return admission_.ask(i); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> take_permit(bool is_idle) override;

    Hand hand_;
    BatchProcessor& outside_;
    Chances chances_;
    WorkClock& clock_;
    ResultSaver& saver_;
    FlushDuty& flush_;
    DrainWatch& watch_;
    Pacer& pacer_;
    Admission admission_;
    std::array<Result, kMaxBatch> results_;
    std::array<Finding, kMaxBatch> findings_;
};

}  // namespace pipeline
