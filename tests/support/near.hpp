// SPDX-License-Identifier: Apache-2.0
// Equality of computed numbers.
#pragma once

#include <algorithm>
#include <cmath>

namespace pipeline::test {

// Within this part of the expected number.
[[nodiscard]] inline bool near(double value, double expected, double relative = 1e-6) {
    return std::abs(value - expected) <= relative * std::max(1e-9, std::abs(expected));
}

}  // namespace pipeline::test
