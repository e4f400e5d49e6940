// SPDX-License-Identifier: Apache-2.0
// The consumer program after its command line is parsed.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/options/consumer_options.hpp"

namespace pipeline {

// Attaches to the segments, opens the ledger, consumes until everything is drained, and leaves; or serves as
// an isolated processor. Throws Failure.
[[nodiscard]] ExitStatus consume(const ConsumerOptions& options);

}  // namespace pipeline
