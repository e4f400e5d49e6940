// SPDX-License-Identifier: Apache-2.0
// What is done with the invoices of a hand by a process outside of the consumer. One file per way to do it
// implements it; a consumer drives it from one thread.
#pragma once

#include <memory>

#include "common/consumer_options.hpp"
#include "consumer/batch.hpp"
#include "consumer/spool_folder.hpp"

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

// The one that the options ask for; none if invoices are processed in the consumer. Throws Failure NoInput if
// there is no such program. `spool`: where the invoices' files are, if they have any.
[[nodiscard]] std::unique_ptr<BatchProcessor> make_batch_processor(
    const ConsumerOptions& options, const std::shared_ptr<const SpoolFolder>& spool);

}  // namespace pipeline
