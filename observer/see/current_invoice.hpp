// SPDX-License-Identifier: Apache-2.0
// Reads from a hand the invoice that its consumer is working on, while the consumer continues.
#pragma once

#include <optional>

#include "common/core/ring.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// Returns none if the consumer works on no invoice, or if the invoice changed during the read.
[[nodiscard]] std::optional<CurrentInvoice> current_invoice(const HandView& hand);

// When the oldest unsaved item of the hand was acquired; none if the hand is empty or changed during the
// read.
[[nodiscard]] std::optional<std::uint64_t> oldest_in_hand_ns(const HandView& hand);

}  // namespace pipeline
