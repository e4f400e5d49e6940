// SPDX-License-Identifier: Apache-2.0
// The log's line about a child that has died and is started again: who, how, and with which invoice in work.
#pragma once

#include <chrono>
#include <optional>

#include "common/core/hand.hpp"
#include "supervisor/children/child.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

// `hand` is a dead consumer's, as it has left it; nothing if it was the producer. `delay`: until it is
// started again.
void tell_of_death(const Child& child, const std::optional<Hand>& hand, Cause cause,
                   std::chrono::milliseconds delay, const Options& options) noexcept;

}  // namespace pipeline
