// SPDX-License-Identifier: Apache-2.0
// The command --hosts: which hosts write the ledger that they share.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Prints the hosts of the ledger that --ledger names, else of the pipeline's own. Throws Failure: Usage if
// there is neither, or if it is a ledger that hosts do not share; else as browse_ledger() does.
[[nodiscard]] ExitStatus show_hosts(const ObserverOptions& options);

}  // namespace pipeline
