// SPDX-License-Identifier: Apache-2.0
// Changes of one file or folder, as inotify(7) tells them. A source uses it to sleep until something may
// have happened; what is really there it looks up itself.
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
    // Watches `path` for the events in `mask`. Throws Failure (NoInput) that names the limit to raise when
    // it is one.
    Inotify(const std::string& path, std::uint32_t mask) : Inotify(path, path, mask) {}
    // Watches the folder that is open as `folder_fd`, wherever `path` leads by now.
    Inotify(int folder_fd, const std::string& path, std::uint32_t mask);

    // Readable as long as there are events that drain() has not taken.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    // Takes all events that are there and calls `on_event` with the mask and the name (empty if it is the
    // watched object itself) of each. IN_Q_OVERFLOW in the mask says that events were lost. Never blocks.
    void drain(const std::function<void(std::uint32_t mask, std::string_view name)>& on_event);

  private:
    // `name` is for messages.
    Inotify(const std::string& path, const std::string& name, std::uint32_t mask);

    UniqueFd fd_;
};

}  // namespace pipeline
