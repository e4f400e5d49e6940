// SPDX-License-Identifier: Apache-2.0
// Runs the consumer program, once its command line is parsed.
#pragma once

#include <memory>

#include "common/base/exit_status.hpp"
#include "common/options/consumer_options.hpp"
#include "consumer/work/patience.hpp"
#include "consumer/work/processor.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// A function like make_processor(), which makes the processor that works in this process.
using ProcessorMaker = std::unique_ptr<Processor> (*)(const ProcessSpec& spec,
                                                      std::shared_ptr<const SpoolFolder> spool,
                                                      Patience patience);

// With `serve`, answers requests as an isolated processor (answer_requests()). Otherwise attaches to the
// segments, opens the ledger, and runs a Consumer until it leaves. Throws Failure.
[[nodiscard]] ExitStatus consume(const ConsumerOptions& options);
// As consume(), but calls `make` instead of make_processor().
[[nodiscard]] ExitStatus consume_with(ProcessorMaker make, const ConsumerOptions& options);

}  // namespace pipeline
