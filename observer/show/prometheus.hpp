// SPDX-License-Identifier: Apache-2.0
// What is seen of a pipeline, as Prometheus reads it (text format 0.0.4, which OpenMetrics' readers take
// too). An optional part: without the library no_prometheus.cpp stands for it.
#pragma once

#include <string>

#include "observer/judge/lookout.hpp"

namespace pipeline {

// Throws Failure Configuration if this observer was built without it.
[[nodiscard]] std::string prometheus_text(const View& view);

}  // namespace pipeline
