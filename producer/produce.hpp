// SPDX-License-Identifier: Apache-2.0
// The producer's work, after its command line was parsed.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/options/producer_options.hpp"

namespace pipeline {

// Attaches to the segments, opens the source, produces until everything is drained and acknowledged, and
// detaches. The caller must have blocked SIGTERM and SIGINT. Throws Failure.
[[nodiscard]] ExitStatus produce(const ProducerOptions& options);

}  // namespace pipeline
