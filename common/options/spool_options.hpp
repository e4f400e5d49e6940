// SPDX-License-Identifier: Apache-2.0
// Options of a spool: how it finds files, and which files are invoices. The supervisor accepts these options
// and passes them on to the producer.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/cli/command_option.hpp"

namespace pipeline {

struct SpoolOptions {
    // The interval between regular scans of the whole folder, which find files that no notification reported:
    // 1s..24h. 0: there are no regular scans.
    std::chrono::nanoseconds rescan = std::chrono::seconds(30);
    // How long a file must stay unmodified before the spool acquires it: 1ms..1h. 0: the spool acquires it at
    // once. This applies to a file that only a scan has found, and to one that was empty when its writer
    // closed it.
    std::chrono::nanoseconds settle_time = std::chrono::seconds(1);
    std::string include;  // the pattern of names to acquire; empty: all
    std::string exclude;  // the pattern of names to skip; empty: none
};

// Declares the options, bound to `fields`, in the order in which --help shows them.
[[nodiscard]] std::vector<CommandOption> spool_options(SpoolOptions& fields);

}  // namespace pipeline
