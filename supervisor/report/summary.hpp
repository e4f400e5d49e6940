// SPDX-License-Identifier: Apache-2.0
// Completes the report of a run in which invoices were not booked: why, and what the user can do next.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "supervisor/options/options.hpp"
#include "supervisor/report/report.hpp"

namespace pipeline {

// Adds the most frequent reasons and the commands of clerk to `report`, and how many invoices wait.
// `generation`: the segments' generation, which the rows of the run have. `source`: its name in the ledger.
// Takes about three seconds at most. No children of the run may be left.
void explain(Report& report, const Options& options, std::uint64_t generation, std::string_view source);

// Returns one line for the log: how many invoices have failed, and why most of them. `report` must have been
// explained.
[[nodiscard]] std::string failures_line(const Report& report);

// Returns the options with which clerk finds the ledger and the pipeline of this run, each after a blank,
// quoted for a shell; an empty text if it finds them without.
[[nodiscard]] std::string options_for_clerk(const Options& options);

}  // namespace pipeline
