// SPDX-License-Identifier: Apache-2.0
// Implements service_manager.hpp in builds without libsystemd: no service manager listens.
#include "supervisor/systemd/service_manager.hpp"

namespace pipeline {

bool has_service_manager() noexcept {
    return false;
}

bool tell_service_manager(const std::string& /*lines*/) noexcept {
    return true;
}

std::chrono::microseconds watchdog_period() noexcept {
    return std::chrono::microseconds::zero();
}

}  // namespace pipeline
