// SPDX-License-Identifier: Apache-2.0
// The child's side of an isolated processor (--isolate). A consumer starts its own program as a child, so
// that a bug in reading an invoice costs only that invoice. The child opens neither segments nor ledger; it
// speaks the same protocol as a user's program.
#pragma once

#include "common/base/exit_status.hpp"
#include "consumer/work/processor.hpp"

namespace pipeline {

// Reads requests from standard input until its end, and writes the processor's result for each to standard
// output. Throws Failure.
[[nodiscard]] ExitStatus answer_requests(Processor& processor);

}  // namespace pipeline
