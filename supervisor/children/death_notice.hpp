// SPDX-License-Identifier: Apache-2.0
// Logs the death of a child that will start again: which child, how it died, and which invoice it was
// processing.
#pragma once

#include <chrono>
#include <optional>

#include "common/core/hand.hpp"
#include "supervisor/children/child.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

// `hand`: the hand of the dead consumer; none for the producer. `delay`: the time until the restart.
void tell_of_death(const Child& child, const std::optional<Hand>& hand, Cause cause,
                   std::chrono::milliseconds delay, const Options& options) noexcept;

}  // namespace pipeline
