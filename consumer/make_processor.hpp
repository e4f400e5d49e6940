// SPDX-License-Identifier: Apache-2.0
// Makes the processor that the command line names: one that works in the consumer, or one outside.
#pragma once

#include <memory>

#include "common/options/consumer_options.hpp"
#include "common/spec/process_spec.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work/patience.hpp"
#include "consumer/work/processor.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// Makes the processor that `spec` names, which must be one of ours. The ubl processor finds an id's file in
// `spool`; if there is no spool, it takes the id as a path. `patience` bounds the retries of files that
// cannot be read at present.
[[nodiscard]] std::unique_ptr<Processor> make_processor(const ProcessSpec& spec,
                                                        std::shared_ptr<const SpoolFolder> spool,
                                                        Patience patience = Patience{});

// Makes the batch processor of the options; null if the consumer processes invoices itself. Throws Failure
// NoInput if there is no such program. `spool`: the folder of the invoices' files, if they have any.
[[nodiscard]] std::unique_ptr<BatchProcessor> make_batch_processor(
    const ConsumerOptions& options, const std::shared_ptr<const SpoolFolder>& spool);

}  // namespace pipeline
