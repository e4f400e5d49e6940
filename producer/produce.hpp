// SPDX-License-Identifier: Apache-2.0
// The producer's work, after its command line was parsed.
#pragma once

#include <memory>

#include "common/base/exit_status.hpp"
#include "common/options/producer_options.hpp"
#include "producer/open_source.hpp"

namespace pipeline {

// Attaches to the segments, opens the source, produces until everything is drained and acknowledged, and
// detaches. The caller must have blocked SIGTERM and SIGINT. Throws Failure.
[[nodiscard]] ExitStatus produce(const ProducerOptions& options);

// As produce(), with another source than --source names: for tests.
using SourceMaker = std::unique_ptr<Source> (*)(const SourceSpec& spec, const Resume& resume, bool once,
                                                const SourceContext& context);
[[nodiscard]] ExitStatus produce_with(SourceMaker make, const ProducerOptions& options);

}  // namespace pipeline
