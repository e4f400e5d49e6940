// SPDX-License-Identifier: Apache-2.0
// The observer as a test starts and reads it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/pipeline_run.hpp"
#include "tests/support/process.hpp"
#include "tests/support/text.hpp"

namespace pipeline::test {

// Beside the run's pipeline, with --name and `options`; its output goes to a file, so it is no screen.
// `before`: words of a command that runs what follows them.
[[nodiscard]] Process start_observer(const PipelineRun& run, std::vector<std::string> options,
                                     std::vector<std::string> before = {});

// What a live observer with --json has said so far.
[[nodiscard]] std::vector<nlohmann::json> json_lines(const Process& observer);

// What --once says, with a short interval. Fails the test if it does not.
[[nodiscard]] nlohmann::json observe_once(const PipelineRun& run);
[[nodiscard]] std::string observe_text(const PipelineRun& run, const std::string& option = "--once");

}  // namespace pipeline::test
