// SPDX-License-Identifier: Apache-2.0
// Works off a hand as a batch: gives it to a batch processor, which processes it outside. The batch decides
// when to save which results. A hand may take long outside, so this consumer leads flushes meanwhile.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "common/core/hand.hpp"
#include "common/core/result.hpp"
#include "consumer/hand_worker.hpp"
#include "consumer/pacer.hpp"
#include "consumer/result_saver.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work_clock.hpp"

namespace pipeline {

class BatchWorker final : public HandWorker, private Batch::Owner {
  public:
    // All references must outlive the object. `max_attempts` and `item_timeout` as in ConsumerOptions.
    BatchWorker(const Hand& hand, BatchProcessor& outside, std::uint32_t max_attempts,
                std::chrono::nanoseconds item_timeout, WorkClock& clock, ResultSaver& saver, FlushDuty& flush,
                DrainWatch& watch, Pacer& pacer) noexcept;

    [[nodiscard]] bool work_off() override;
    // Returns true: a program outside may write to its standard error, or end, at any time.
    [[nodiscard]] bool has_events() const noexcept override { return true; }
    void look_after() override { outside_.look_after(); }

  private:
    [[nodiscard]] bool save_results(std::span<const Result> results) override;
    [[nodiscard]] std::chrono::nanoseconds do_other_work() override;
    [[nodiscard]] std::optional<std::chrono::nanoseconds> take_permit(bool is_idle) override;

    Hand hand_;
    BatchProcessor& outside_;
    std::uint32_t max_attempts_;
    std::chrono::nanoseconds item_timeout_;
    WorkClock& clock_;
    ResultSaver& saver_;
    FlushDuty& flush_;
    DrainWatch& watch_;
    Pacer& pacer_;
    std::array<Result, kMaxBatch> results_;
    std::array<Finding, kMaxBatch> findings_;
};

}  // namespace pipeline
