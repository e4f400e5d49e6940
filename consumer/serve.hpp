// SPDX-License-Identifier: Apache-2.0
// An isolated processor (--isolate): what a consumer starts of its own program, so that a bug in reading an
// invoice costs that invoice and nothing else. It takes part in no pipeline; it speaks the protocol of any
// other program.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/options/consumer_options.hpp"

namespace pipeline {

// Answers requests on standard input with what the processor makes of them, until there are no more. Throws
// Failure.
[[nodiscard]] ExitStatus serve(const ConsumerOptions& options);

}  // namespace pipeline
