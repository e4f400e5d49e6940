// SPDX-License-Identifier: Apache-2.0
// The clerk: does in a ledger what people decide.
#pragma once

#include "clerk/options/options.hpp"
#include "common/base/exit_status.hpp"

namespace pipeline {

// Runs the command that the options name. Throws Failure.
[[nodiscard]] ExitStatus serve_people(const ClerkOptions& options);

}  // namespace pipeline
