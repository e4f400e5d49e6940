// SPDX-License-Identifier: Apache-2.0
// The consumer program after its command line is parsed.
#pragma once

#include <memory>

#include "common/base/exit_status.hpp"
#include "common/options/consumer_options.hpp"
#include "consumer/work/patience.hpp"
#include "consumer/work/processor.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// Makes the processor that works in this process, as make_processor() does.
using ProcessorMaker = std::unique_ptr<Processor> (*)(const ProcessSpec& spec,
                                                      std::shared_ptr<const SpoolFolder> spool,
                                                      Patience patience);

// Attaches to the segments, opens the ledger, consumes until everything is drained, and leaves; or answers
// requests as an isolated processor. Throws Failure.
[[nodiscard]] ExitStatus consume(const ConsumerOptions& options);
// Does the same with the processor that `make` makes.
[[nodiscard]] ExitStatus consume_with(ProcessorMaker make, const ConsumerOptions& options);

}  // namespace pipeline
