// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/ledger_taker.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/ledger/ledger_id.hpp"

namespace pipeline {
namespace {

template <class Integer>
Integer saturated(std::int64_t value) noexcept {
    constexpr std::int64_t kMost = std::numeric_limits<Integer>::max();
    return static_cast<Integer>(std::clamp<std::int64_t>(value, 0, kMost));
}

// True if the row was recorded under a safe id, because its own was unusable.
bool is_unusable(std::string_view reason) noexcept {
    return reason.starts_with("the source's id cannot be used");
}

// True if the row's attempt had no body, although the invoice has one: the body was too long.
bool is_body_lost(std::string_view reason) noexcept {
    return reason.starts_with("its body is longer than --body-max") ||
           reason.starts_with("its body is not kept");
}

}  // namespace

TakenRow taken_row(const DueRow& row, std::optional<std::string> body) {
    TakenRow taken;
    taken.id = id_of_stored(row.id);
    taken.earlier.position = row.position;
    taken.earlier.round = static_cast<std::uint32_t>(row.round) + 1;
    taken.earlier.attempts = saturated<std::uint16_t>(row.attempts);
    if (row.status == "waiting") {
        taken.earlier.failures = saturated<std::uint16_t>(row.failures);
        taken.earlier.first_failed_us = static_cast<std::uint64_t>(row.first_failed_us);
    }
    taken.id_unusable = is_unusable(row.reason);
    taken.is_body_lost = !body && is_body_lost(row.reason);
    taken.body = std::move(body);
    return taken;
}

}  // namespace pipeline
