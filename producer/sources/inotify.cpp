// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/inotify.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#include "common/base/error.hpp"

namespace pipeline {

Inotify::Inotify(int folder_fd, const std::string& path, std::uint32_t mask)
    : Inotify("/proc/self/fd/" + std::to_string(folder_fd), path, mask) {}

Inotify::Inotify(const std::string& path, const std::string& name, std::uint32_t mask)
    : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (!fd_) {
        throw system_failure(ExitStatus::NoInput, "inotify_init1", name, errno,
                             errno == EMFILE ? "raise fs.inotify.max_user_instances with sysctl" : "");
    }
    if (::inotify_add_watch(fd_.get(), path.c_str(), mask) < 0) {
        throw system_failure(ExitStatus::NoInput, "inotify_add_watch", name, errno,
                             errno == ENOSPC ? "raise fs.inotify.max_user_watches with sysctl" : "");
    }
}

void Inotify::drain(const std::function<void(std::uint32_t mask, std::string_view name)>& on_event) {
    alignas(inotify_event) std::array<char, 4096> events{};
    while (true) {
        const ssize_t got = ::read(fd_.get(), events.data(), events.size());
        if (got < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN) return;
            throw system_failure(ExitStatus::InputOutput, "read", "inotify events", errno);
        }
        std::size_t at = 0;
        while (at < static_cast<std::size_t>(got)) {
            inotify_event event{};
            std::memcpy(&event, events.data() + at, sizeof event);
            const char* name = events.data() + at + sizeof event;
            on_event(event.mask, event.len == 0 ? std::string_view() : std::string_view(name));
            at += sizeof event + event.len;
        }
    }
}

}  // namespace pipeline
