// SPDX-License-Identifier: Apache-2.0
// Runs invoices through programs outside of the consumers, and says what became of each.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/support/pipeline_run.hpp"

namespace pipeline::test {

using Outcomes = std::map<std::string, std::string>;

// The options of a run over these ids to its end.
[[nodiscard]] std::vector<std::string> over(PipelineRun& run, const std::vector<std::string>& ids,
                                            std::vector<std::string> options);

// Runs the ids to their end; fails unless that goes well and nothing is left, no process and no segment. The
// exit status must be 1 if an invoice is failed, else 0.
// Returns what the supervisor and its children have written to standard error.
std::string run_to_end(PipelineRun& run, const std::vector<std::string>& ids,
                       std::vector<std::string> options);

// "STATUS ATTEMPTS REASON" of each id in the ledger.
[[nodiscard]] Outcomes outcomes(const PipelineRun& run);
// One line each, so that a difference can be read.
[[nodiscard]] std::string to_text(const Outcomes& outcomes);

// ---- what proc(5) shows ----

// All living and dead-but-not-reaped descendants of a process.
[[nodiscard]] std::vector<pid_t> descendants_of(pid_t pid);
[[nodiscard]] std::size_t zombies_among(const std::vector<pid_t>& pids);
[[nodiscard]] std::size_t descriptors_of(pid_t pid);

}  // namespace pipeline::test
