// SPDX-License-Identifier: Apache-2.0
// --same-number: what becomes of an invoice that passes, but repeats one that is booked under another id: it
// has the same seller and number, or the same bytes.
#pragma once

#include <cstdint>

namespace pipeline {

enum class SameNumber : std::uint8_t {
    Book,    // it is booked
    Mark,    // it is booked, and its row names the first one in `repeats`
    Reject,  // it is rejected, and its row names the first one in `repeats` and in the reason
};

}  // namespace pipeline
