// SPDX-License-Identifier: Apache-2.0
// Says what became of the ids that were to be changed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/exit_status.hpp"
#include "common/ledger/ledger_editor.hpp"

namespace pipeline {

// Prints how many were changed: `done` makes a sentence of the number. Before that, names the unknown and the
// unchanged ones, the first of them; `why_not` says of an unchanged one why. Returns NoInput if one is
// unknown.
[[nodiscard]] ExitStatus tell_of_changes(const std::vector<RowChange>& changes,
                                         const std::function<std::string(std::uint64_t)>& done,
                                         const std::function<std::string(const RowChange&)>& why_not);

}  // namespace pipeline
