// SPDX-License-Identifier: Apache-2.0
// The service manager that has started the supervisor, if one has: systemd, as sd_notify(3) describes it.
// There are two of this: service_manager_systemd.cpp, and service_manager_none.cpp for a build without
// libsystemd, where nobody listens.
#pragma once

#include <chrono>
#include <string>

namespace pipeline {

// True if somebody wants to be told.
[[nodiscard]] bool has_service_manager() noexcept;

// Sends lines NAME=VALUE of sd_notify(3). What cannot be sent is lost: the pipeline waits for nobody.
void tell_service_manager(const std::string& lines) noexcept;

// Within how long WATCHDOG=1 must be said again and again; 0: not at all.
[[nodiscard]] std::chrono::microseconds watchdog_period() noexcept;

}  // namespace pipeline
