// SPDX-License-Identifier: Apache-2.0
// Processes the invoices of a hand in a process outside the consumer. Each implementation has its own file.
// The consumer drives it from one thread.
#pragma once

#include "consumer/work/batch.hpp"

namespace pipeline {

class BatchProcessor {
  public:
    BatchProcessor() = default;
    BatchProcessor(const BatchProcessor&) = delete;
    BatchProcessor& operator=(const BatchProcessor&) = delete;
    // Ends the processes outside, within a few seconds.
    virtual ~BatchProcessor() = default;

    // Processes the items. Returns when every item is finished or the batch is given up. Throws Failure if it
    // cannot work at all.
    virtual void process(Batch& batch) = 0;
    // Handles events outside. The consumer calls it between two batches, at each bounded wait.
    virtual void look_after() = 0;
};

}  // namespace pipeline
