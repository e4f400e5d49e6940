// SPDX-License-Identifier: Apache-2.0
// Which invoice a consumer is working on, read from its hand while it goes on.
#pragma once

#include <optional>

#include "common/core/ring.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// None: it works on none, or what it works on has changed while it was read.
[[nodiscard]] std::optional<CurrentInvoice> current_invoice(const Hand& hand);

// When the oldest of the hand's items that are not saved was acquired; none: it is empty, or changed while it
// was read.
[[nodiscard]] std::optional<std::uint64_t> oldest_in_hand_ns(const Hand& hand);

}  // namespace pipeline
