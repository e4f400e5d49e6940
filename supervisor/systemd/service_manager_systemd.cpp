// SPDX-License-Identifier: Apache-2.0
// Implements service_manager.hpp in builds with libsystemd.
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "common/base/fd.hpp"
#include "supervisor/systemd/service_manager.hpp"

namespace pipeline {

bool has_service_manager() noexcept {
    return std::getenv("NOTIFY_SOCKET") != nullptr;
}

// Sends the lines as sd_notify(3) does, but does not wait if the manager has no room for them. Leaves
// NOTIFY_SOCKET in the environment, because a program of --process may use it. (With NotifyAccess=main the
// manager ignores the program's messages.)
bool tell_service_manager(const std::string& lines) noexcept {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = path == nullptr ? 0 : std::strlen(path);
    if (length < 2 || length >= sizeof address.sun_path) return true;  // no usable address
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract name (unix(7))
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return false;
    const auto sent = ::sendto(socket.get(), lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address), size);
    return sent >= 0 || (errno != EAGAIN && errno != ENOBUFS);
}

std::chrono::microseconds watchdog_period() noexcept {
    std::uint64_t period = 0;
    return std::chrono::microseconds(::sd_watchdog_enabled(0, &period) > 0 ? period : 0);
}

}  // namespace pipeline
