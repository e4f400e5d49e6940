// SPDX-License-Identifier: Apache-2.0
// The line that the supervisor logs at the end of a run about invoices that earlier runs had acquired: they
// are skipped, and somebody who starts the same list again may not expect that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "supervisor/options/options.hpp"

namespace pipeline {

// Returns one line that says what was skipped and how to run it again; an empty text if there is nothing to
// say. `source`: the source's name in the ledger. `start`: the position at which the run began; 0: the
// beginning. `acquired`: how many invoices the run has acquired. If they are all booked, and the run is not
// one with --once, nobody waits for the line.
[[nodiscard]] std::string closing_line(const Options& options, std::string_view source, std::uint64_t start,
                                       std::uint64_t acquired);

}  // namespace pipeline
