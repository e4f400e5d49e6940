// SPDX-License-Identifier: Apache-2.0
// How the tables of numbers (numbers.hpp) read their values from an observation.
#pragma once

#include <optional>

#include "observer/show/numbers.hpp"

namespace pipeline {

using Now = const Observation&;

// Returns how long ago the moment was, in seconds; 0 if it is not past.
[[nodiscard]] inline double since(Now now, std::uint64_t ns) noexcept {
    return now.at_ns > ns ? static_cast<double>(now.at_ns - ns) / 1e9 : 0;
}

// Returns the same as a value; no value if there is no moment.
[[nodiscard]] inline Number::Value since_if(Now now, const std::optional<std::uint64_t>& ns) {
    return ns ? Number::Value(since(now, *ns)) : Number::Value();
}

}  // namespace pipeline
