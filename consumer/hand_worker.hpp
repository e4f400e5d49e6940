// SPDX-License-Identifier: Apache-2.0
// Processes the items that a consumer has claimed (its hand) and saves their results. InvoiceWorker processes
// them one by one in the consumer. BatchWorker gives them all to a processor that works in another process.
#pragma once

namespace pipeline {

class HandWorker {
  public:
    HandWorker() = default;
    HandWorker(const HandWorker&) = delete;
    HandWorker& operator=(const HandWorker&) = delete;
    virtual ~HandWorker() = default;

    // Processes and saves all items of the hand, which may be empty. Returns false if the supervisor is dead
    // and the consumer cannot continue (see Consumer::run()). Unfinished work then stays in the hand.
    [[nodiscard]] virtual bool work_off() = 0;

    // Looks after the programs outside, which may write or end at any time. The consumer calls it after each
    // wait while its hand is empty (idle_wait.hpp).
    virtual void look_after() = 0;
};

}  // namespace pipeline
