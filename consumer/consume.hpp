// SPDX-License-Identifier: Apache-2.0
// What the consumer program does once its command line is understood.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/options/consumer_options.hpp"

namespace pipeline {

// Attaches to the segments, opens the ledger, consumes until all is drained, and leaves; or serves, as an
// isolated processor. Throws Failure.
[[nodiscard]] ExitStatus consume(const ConsumerOptions& options);

}  // namespace pipeline
