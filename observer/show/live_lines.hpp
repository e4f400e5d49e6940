// SPDX-License-Identifier: Apache-2.0
// The live view where there is no terminal: a line for each interval.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Until SIGTERM or SIGINT. While there is no pipeline it waits for one, and has said so once.
[[nodiscard]] ExitStatus show_lines(const ObserverOptions& options);

}  // namespace pipeline
