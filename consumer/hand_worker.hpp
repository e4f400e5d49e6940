// SPDX-License-Identifier: Apache-2.0
// Processes the items of a consumer's hand and saves their results. Two classes implement it: one processes
// invoice by invoice in the consumer, the other gives the whole hand to a batch processor outside.
#pragma once

namespace pipeline {

class HandWorker {
  public:
    HandWorker() = default;
    HandWorker(const HandWorker&) = delete;
    HandWorker& operator=(const HandWorker&) = delete;
    virtual ~HandWorker() = default;

    // Works off the hand, which may be empty. Returns false if the consumer is an orphan that cannot
    // continue: unfinished work then stays in the hand.
    [[nodiscard]] virtual bool work_off() = 0;

    // True if look_after() must be called at least every half second while there is no hand to work off.
    [[nodiscard]] virtual bool has_events() const noexcept = 0;
    // Handles events between two hands.
    virtual void look_after() = 0;
};

}  // namespace pipeline
