// SPDX-License-Identifier: Apache-2.0
// Makes the processor that runs outside the consumer, if the options ask for one.
#pragma once

#include <memory>

#include "common/options/consumer_options.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// The batch processor of the options; null if the consumer processes invoices itself. Throws Failure NoInput
// if there is no such program. `spool`: the folder of the invoices' files, if they have any.
[[nodiscard]] std::unique_ptr<BatchProcessor> make_batch_processor(
    const ConsumerOptions& options, const std::shared_ptr<const SpoolFolder>& spool);

}  // namespace pipeline
