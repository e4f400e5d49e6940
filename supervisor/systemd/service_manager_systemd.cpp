// SPDX-License-Identifier: Apache-2.0
// With libsystemd.
#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>

#include "supervisor/systemd/service_manager.hpp"

namespace pipeline {

bool has_service_manager() noexcept {
    return std::getenv("NOTIFY_SOCKET") != nullptr;
}

void tell_service_manager(const std::string& lines) noexcept {
    // Keep the variables: a program of --process may want them, but is not listened to (NotifyAccess=main).
    static_cast<void>(::sd_notify(0, lines.c_str()));
}

std::chrono::microseconds watchdog_period() noexcept {
    std::uint64_t period = 0;
    return std::chrono::microseconds(::sd_watchdog_enabled(0, &period) > 0 ? period : 0);
}

}  // namespace pipeline
