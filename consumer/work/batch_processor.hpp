// SPDX-License-Identifier: Apache-2.0
// The interface of a processor that works in another process, and gets all items that a consumer has claimed
// together. ExecProcessor and EachProcessor implement it. The consumer calls it from one thread.
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
    // Looks after the programs outside, which may write or end at any time. The consumer calls it while it
    // has no batch, at least every half second.
    virtual void look_after() = 0;
};

}  // namespace pipeline
