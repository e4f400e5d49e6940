// SPDX-License-Identifier: Apache-2.0
// Processes the items that a consumer has claimed (its hand) one by one, in this process. It saves the
// results after the last item, or earlier once the unsaved ones have taken longer than ClaimSize::kBudget, so
// that no finished invoice waits behind a slow one.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "common/core/hand.hpp"
#include "common/core/result.hpp"
#include "consumer/hand_worker.hpp"
#include "consumer/pacer.hpp"
#include "consumer/result_saver.hpp"
#include "consumer/work/chances.hpp"
#include "consumer/work/claim_size.hpp"
#include "consumer/work/processor.hpp"
#include "consumer/work_clock.hpp"

namespace pipeline {

class InvoiceWorker final : public HandWorker {
  public:
    // All references must outlive the object. `chances` decides when an item has failed.
    InvoiceWorker(const Hand& hand, Processor& processor, const Chances& chances, const ClaimSize& claim_size,
                  WorkClock& clock, ResultSaver& saver, Pacer& pacer, const DrainWatch& watch) noexcept;

    [[nodiscard]] bool work_off() override;
    void look_after() override {}

  private:
    [[nodiscard]] bool may_begin(std::uint64_t i);
    [[nodiscard]] bool wait_to_begin();
    void process(std::uint64_t first, std::uint64_t i, Result& result);
    [[nodiscard]] bool save(std::uint64_t end, std::size_t unsaved,
                            std::chrono::steady_clock::time_point now);

    Hand hand_;
    Processor& processor_;
    Chances chances_;
    const ClaimSize& claim_size_;
    WorkClock& clock_;
    ResultSaver& saver_;
    Pacer& pacer_;
    const DrainWatch& watch_;
    // The findings and results of items that are processed and not yet saved. A finding refers to its result
    // only for details, attempt and extra text. A result without them is therefore used again for the next
    // item, so that such invoices touch little memory beyond their findings.
    std::array<Result, kMaxBatch> results_;
    std::array<Finding, kMaxBatch> findings_;
};

}  // namespace pipeline
