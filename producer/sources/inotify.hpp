// SPDX-License-Identifier: Apache-2.0
// Changes of one file or folder, as reported by inotify(7). A source uses it to sleep until something may
// have happened, and then looks at the file or folder itself.
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
    // Watches `path` for the events in `mask`. Throws Failure (NoInput), which names the limit to raise if
    // one was reached.
    Inotify(const std::string& path, std::uint32_t mask) : Inotify(path, path, mask) {}
    // Watches the folder open as `folder_fd`, wherever `path` leads now.
    Inotify(int folder_fd, const std::string& path, std::uint32_t mask);

    // Readable while there are events that drain() has not taken.
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
