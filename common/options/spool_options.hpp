// SPDX-License-Identifier: Apache-2.0
// Options of a spool as a source: how it finds files, and which of them are invoices. The supervisor takes
// them and passes them to the producer.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/cli/command_option.hpp"

namespace pipeline {

struct SpoolOptions {
    // The interval between scans of the whole folder, regardless of notifications: 1s..24h; 0: never.
    std::chrono::nanoseconds rescan = std::chrono::seconds(30);
    // How long a file found without a notification must stay unmodified before it is taken: 1ms..1h; 0: at
    // once.
    std::chrono::nanoseconds settle_time = std::chrono::seconds(1);
    // Patterns of names to take, and of names to skip; empty: all, none.
    std::string include;
    std::string exclude;
};

// The options bound to the fields, in the order in which --help shows them.
[[nodiscard]] std::vector<CommandOption> spool_options(SpoolOptions& fields);

}  // namespace pipeline
