// SPDX-License-Identifier: Apache-2.0
// The clerk as a test starts and reads it.
#pragma once

#include <string>
#include <vector>

#include "tests/support/pipeline_run.hpp"

namespace pipeline::test {

// The command that runs the clerk on the run's pipeline, with `arguments`.
[[nodiscard]] std::vector<std::string> clerk_command(const PipelineRun& run,
                                                     const std::vector<std::string>& arguments);

struct ClerkAnswer {
    int status = -1;
    std::string out;
    std::string err;
};

// What the clerk says without a terminal. `ledger`: names the run's ledger, which is not in the default
// place.
[[nodiscard]] ClerkAnswer ask_clerk(const PipelineRun& run, std::vector<std::string> arguments,
                                    bool ledger = true);
// The same of a command that must go well.
[[nodiscard]] std::string clerk_says(const PipelineRun& run, const std::vector<std::string>& arguments,
                                     bool ledger = true);

// What it says on a terminal, on which somebody types `answer` when it has asked. Fails the test if it does
// not ask.
[[nodiscard]] ClerkAnswer ask_on_terminal(const PipelineRun& run, const std::vector<std::string>& arguments,
                                          const std::string& answer);

}  // namespace pipeline::test
