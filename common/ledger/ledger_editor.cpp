// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/ledger_editor.hpp"

#include <fmt/format.h>

namespace pipeline {

// An invoice that is cancelled again keeps the reason of the first time.
std::string reason_of_cancelled(std::string_view status, std::string_view before) {
    constexpr std::string_view kCancelled = "cancelled";
    if (before.starts_with(kCancelled)) return std::string(before);
    if (before.empty()) return std::string(kCancelled);
    return fmt::format("{}; it was {}: {}", kCancelled, status, before);
}

}  // namespace pipeline
