// SPDX-License-Identifier: Apache-2.0
// The options of a pipeline that runs, when the configuration is read again: which settings change at once,
// and which stay until the next start.
#pragma once

#include <string>
#include <vector>

#include "supervisor/options/options.hpp"

namespace pipeline {

struct ChangedOptions {
    Options options;                   // in force from now on
    std::vector<std::string> changed;  // for each setting that changes, "--rate 5/s instead of none"
    std::vector<std::string> kept;     // a sentence for each setting that cannot change now
};

// Returns `running` with the settings of `wanted` that may change while the pipeline runs. The others belong
// to the segments, the source or the ledger, or say what kind of run this is. Throws Failure Usage if what
// changes does not go with what stays.
[[nodiscard]] ChangedOptions change_options(const Options& running, const Options& wanted);

}  // namespace pipeline
