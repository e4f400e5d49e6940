// SPDX-License-Identifier: Apache-2.0
#include "consumer/consume.hpp"

#include <memory>

#include "common/ledger.hpp"
#include "common/segments.hpp"
#include "consumer/consumer.hpp"
#include "consumer/processor.hpp"

namespace pipeline {

ExitStatus consume(const ConsumerOptions& options) {
    Segments segments = Segments::attach(options.name);
    const auto processor = make_processor(options.process, options.source);
    const auto ledger = share_ledger(options.ledger);
    // On the heap: a consumer holds the results of a whole batch.
    const ExitStatus status = std::make_unique<Consumer>(options, segments, *processor, *ledger)->run();
    segments.leave();
    return status;
}

}  // namespace pipeline
