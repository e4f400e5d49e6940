// SPDX-License-Identifier: Apache-2.0
// Decides which items of a hand are processed, and settles the others.
#pragma once

#include <chrono>
#include <cstdint>

#include "common/core/hand.hpp"
#include "common/core/result.hpp"

namespace pipeline {

// Returns false if item i's id is unusable or its attempts are used up.
[[nodiscard]] inline bool is_to_be_processed(const Hand& hand, std::uint64_t i,
                                             std::uint32_t max_attempts) noexcept {
    return !hand.item(i).id_unusable() && hand.deaths(i) < max_attempts;
}

// Sets the result of an item that is not processed: failed, with the reason.
void settle_unprocessed(const Hand& hand, std::uint64_t i, std::chrono::nanoseconds item_timeout,
                        Result& result);

}  // namespace pipeline
