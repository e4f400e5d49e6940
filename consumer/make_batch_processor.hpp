// SPDX-License-Identifier: Apache-2.0
// From the options to what works outside of the consumer, if anything does.
#pragma once

#include <memory>

#include "common/options/consumer_options.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// The one that the options ask for; none if invoices are processed in the consumer. Throws Failure NoInput if
// there is no such program. `spool`: where the invoices' files are, if they have any.
[[nodiscard]] std::unique_ptr<BatchProcessor> make_batch_processor(
    const ConsumerOptions& options, const std::shared_ptr<const SpoolFolder>& spool);

}  // namespace pipeline
