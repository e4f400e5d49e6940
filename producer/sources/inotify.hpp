// SPDX-License-Identifier: Apache-2.0
// Reports changes of one file or folder through inotify(7). A source sleeps until an event says that
// something may have changed, and then examines the file or folder itself.
#pragma once

#include <sys/inotify.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/fd.hpp"

namespace pipeline {

class Inotify {
  public:
    // Watches `path` for the events in `mask`. Throws Failure (NoInput) if that is impossible. If a limit of
    // inotify is reached, the error message names the limit to raise.
    Inotify(const std::string& path, std::uint32_t mask) : Inotify(path, path, mask) {}
    // Watches the folder open as `folder_fd`, even if its `path` leads elsewhere now.
    Inotify(int folder_fd, const std::string& path, std::uint32_t mask);

    // Returns a descriptor that is readable while events are pending.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    // Takes all pending events and calls `on_event` with each one's mask and name (empty for the watched
    // object itself). IN_Q_OVERFLOW in the mask means that events were lost. Never blocks.
    void drain(const std::function<void(std::uint32_t mask, std::string_view name)>& on_event);

  private:
    // `name` is for messages.
    Inotify(const std::string& path, const std::string& name, std::uint32_t mask);

    UniqueFd fd_;
};

}  // namespace pipeline
