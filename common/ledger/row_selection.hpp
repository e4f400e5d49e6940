// SPDX-License-Identifier: Apache-2.0
// A choice of rows of the table invoices, as people make it on a command line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

// The values of the column `status`.
enum class RowStatus : std::uint8_t { Booked, Rejected, Failed, Waiting };
inline constexpr std::array<std::string_view, 4> kRowStatuses{"booked", "rejected", "failed", "waiting"};

[[nodiscard]] constexpr std::string_view to_text(RowStatus status) noexcept {
    return kRowStatuses[static_cast<std::size_t>(status)];
}
// Returns the status that `text` names; none if it names none.
[[nodiscard]] constexpr std::optional<RowStatus> row_status_of(std::string_view text) noexcept {
    for (std::size_t i = 0; i < kRowStatuses.size(); ++i) {
        if (kRowStatuses[i] == text) return static_cast<RowStatus>(i);
    }
    return std::nullopt;
}

struct RowSelection {
    std::array<bool, kRowStatuses.size()> statuses{};  // by RowStatus
    std::optional<std::string> reason;                 // a GLOB pattern (SQLite's) for the whole reason
    std::optional<std::int64_t> since_us;              // rows stored at this time or later

    [[nodiscard]] bool has(RowStatus status) const noexcept {
        return statuses[static_cast<std::size_t>(status)];
    }
    void add(RowStatus status) noexcept { statuses[static_cast<std::size_t>(status)] = true; }
};

// The rows that are not booked.
[[nodiscard]] inline RowSelection not_booked() {
    RowSelection selection;
    for (const auto status : {RowStatus::Rejected, RowStatus::Failed, RowStatus::Waiting})
        selection.add(status);
    return selection;
}

}  // namespace pipeline
