// SPDX-License-Identifier: Apache-2.0
// The invoice that a consumer is working on, read from its hand while the consumer goes on.
#pragma once

#include <optional>

#include "common/core/ring.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// None if it works on none, or if that changed during the read.
[[nodiscard]] std::optional<CurrentInvoice> current_invoice(const HandView& hand);

// When the oldest unsaved item of the hand was acquired; none if the hand is empty or changed during the
// read.
[[nodiscard]] std::optional<std::uint64_t> oldest_in_hand_ns(const HandView& hand);

}  // namespace pipeline
