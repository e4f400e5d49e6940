// SPDX-License-Identifier: Apache-2.0
// Which items of a hand are processed, and what becomes of the others.
#pragma once

#include <chrono>
#include <cstdint>

#include "common/core/hand.hpp"
#include "common/core/result.hpp"

namespace pipeline {

// False if item i's id is unusable, or if its attempts are used up.
[[nodiscard]] inline bool is_to_be_processed(const Hand& hand, std::uint64_t i,
                                             std::uint32_t max_attempts) noexcept {
    return !hand.item(i).id_unusable() && hand.deaths(i) < max_attempts;
}

// The result of an item that is not to be processed: failed, and why.
void settle_unprocessed(const Hand& hand, std::uint64_t i, std::chrono::nanoseconds item_timeout,
                        Result& result);

}  // namespace pipeline
