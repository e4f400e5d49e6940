// SPDX-License-Identifier: Apache-2.0
// Replaces prometheus.cpp in builds without prometheus-cpp-core.
#include "common/base/error.hpp"
#include "observer/show/prometheus.hpp"

namespace pipeline {

std::string prometheus_text(const View& /*view*/) {
    throw Failure(ExitStatus::Configuration,
                  "metrics for Prometheus: this observer was built without prometheus-cpp-core; install it "
                  "(prometheus-cpp-dev) and build again");
}

}  // namespace pipeline
