// SPDX-License-Identifier: Apache-2.0
// Writes a View (lookout.hpp) for Prometheus (text format 0.0.4, which OpenMetrics readers accept too). This
// part is optional: without its library, prometheus-cpp-core, no_prometheus.cpp replaces it.
#pragma once

#include <string>

#include "observer/judge/lookout.hpp"

namespace pipeline {

// Throws Failure Configuration if this observer was built without the library.
[[nodiscard]] std::string prometheus_text(const View& view);

}  // namespace pipeline
