// SPDX-License-Identifier: Apache-2.0
// Sends messages to the service manager that started the supervisor, if any: to systemd, by sd_notify(3). Two
// files implement this: service_manager_systemd.cpp, and service_manager_none.cpp for builds without
// libsystemd, in which no service manager listens.
#pragma once

#include <chrono>
#include <string>

namespace pipeline {

// True if a service manager listens.
[[nodiscard]] bool has_service_manager() noexcept;

// Sends lines NAME=VALUE of sd_notify(3) without waiting. Returns false if the manager has no room for them
// now.
[[nodiscard]] bool tell_service_manager(const std::string& lines) noexcept;

// The period within which WATCHDOG=1 must be sent again; 0: no watchdog.
[[nodiscard]] std::chrono::microseconds watchdog_period() noexcept;

}  // namespace pipeline
