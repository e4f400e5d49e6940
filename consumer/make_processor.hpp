// SPDX-License-Identifier: Apache-2.0
// Makes the processor that the command line names. It works either in the consumer or in another process.
#pragma once

#include <memory>

#include "common/options/consumer_options.hpp"
#include "common/spec/process_spec.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work/patience.hpp"
#include "consumer/work/processor.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// Makes the processor that `spec` names: invoice, none or simulate. For a user's program, throws Failure
// Internal. The invoice processor finds an id's file in `spool`; if there is no spool, it takes the id as a
// path. `patience` bounds its retries of a file that cannot be read at present.
[[nodiscard]] std::unique_ptr<Processor> make_processor(const ProcessSpec& spec,
                                                        std::shared_ptr<const SpoolFolder> spool,
                                                        Patience patience = Patience{});

// Makes the processor for a user's program (exec, each) or for --isolate. Returns null if the options name
// neither: the consumer then processes invoices itself. Throws Failure NoInput if the user's program cannot
// be found. `spool`: the folder of the invoices' files; null if they do not lie in a spool.
[[nodiscard]] std::unique_ptr<BatchProcessor> make_batch_processor(
    const ConsumerOptions& options, const std::shared_ptr<const SpoolFolder>& spool);

}  // namespace pipeline
