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

// `hand`: the hand as the dead consumer has left it; none for the producer. `delay`: time until the restart.
void tell_of_death(const Child& child, const std::optional<Hand>& hand, Cause cause,
                   std::chrono::milliseconds delay, const Options& options) noexcept;

}  // namespace pipeline
