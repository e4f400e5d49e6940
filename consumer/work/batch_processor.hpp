// SPDX-License-Identifier: Apache-2.0
// What is done with the invoices of a hand by a process outside of the consumer. One file per way to do it
// implements it; a consumer drives it from one thread.
#pragma once

#include "consumer/work/batch.hpp"

namespace pipeline {

class BatchProcessor {
  public:
    BatchProcessor() = default;
    BatchProcessor(const BatchProcessor&) = delete;
    BatchProcessor& operator=(const BatchProcessor&) = delete;
    // Ends what runs outside, within a few seconds.
    virtual ~BatchProcessor() = default;

    // Returns when every item is finished. Throws Failure if it cannot work at all.
    virtual void process(Batch& batch) = 0;
    // Between two batches, at each bounded wait: sees to what happens outside meanwhile.
    virtual void look_after() = 0;
};

}  // namespace pipeline
