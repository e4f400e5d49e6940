// SPDX-License-Identifier: Apache-2.0
// The condition of source and ledger in a few words, for people.
#pragma once

#include <string>

#include "observer/see/observation.hpp"

namespace pipeline {

// Returns a text like "last commit 0.2 s ago in 2.10 ms, 12.3 GiB free, log 4.00 MiB".
[[nodiscard]] std::string ledger_text(const Observation& now);
// Returns a text like "12 wait, the oldest for 3.20 s"; empty if there is nothing to report.
[[nodiscard]] std::string source_text(const Observation& now);

// True if something is wrong with the ledger (or with the source), even if that has not lasted long enough
// for Health to report it.
[[nodiscard]] bool is_ledger_in_trouble(const Observation& now) noexcept;
[[nodiscard]] bool is_source_in_trouble(const Observation& now) noexcept;

}  // namespace pipeline
