// SPDX-License-Identifier: Apache-2.0
// Options of a spool as a source: how its files are found, and which of them are invoices. The supervisor has
// them and hands them to the producer.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/cli/command_line.hpp"

namespace pipeline {

struct SpoolOptions {
    // The whole folder is looked through so often, whatever is told of new files: 1s..24h; 0: never.
    std::chrono::nanoseconds rescan = std::chrono::seconds(30);
    // A file that is found, and was not told of, is taken when nobody has modified it for so long: 1ms..1h;
    // 0: at once.
    std::chrono::nanoseconds settle_time = std::chrono::seconds(1);
    // Patterns of names that are taken, and of names that are not; empty: all, none.
    std::string include;
    std::string exclude;
};

// The options bound to the fields, in the order in which --help shows them.
[[nodiscard]] std::vector<CommandOption> spool_options(SpoolOptions& fields);

}  // namespace pipeline
