// SPDX-License-Identifier: Apache-2.0
// What the kernel tells of a spool's files as they come (inotify): which are complete, and which have been
// made and not closed yet. Where there is no watch (the limits of inotify are reached), nothing is told, and
// a watch is tried again from time to time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "producer/sources/inotify.hpp"
#include "producer/sources/spool/spool_names.hpp"
#include "producer/sources/spool/spool_place.hpp"
#include "producer/sources/spool/spool_queue.hpp"

namespace pipeline {

class SpoolEvents {
  public:
    using Clock = std::chrono::steady_clock;
    class Listener {
      public:
        Listener() = default;
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        virtual ~Listener() = default;
        // A file of that name has come and is complete, or may be (Arrival::Found).
        virtual void file_came(const std::string& name, Arrival arrival) = 0;
        // Files may have come that were not told of.
        virtual void files_were_missed() = 0;
        // The folder itself may have been renamed, removed or unmounted.
        virtual void folder_moved() = 0;
        // Whether files are told of from now on.
        virtual void watch_changed(bool is_watched) = 0;
    };

    // They outlive this.
    SpoolEvents(const SpoolPlace& place, const SpoolNames& names, Listener& listener)
        : place_(place), names_(names), listener_(listener) {}

    // Begins to watch. That it cannot is logged, once.
    void watch();
    // Tells of everything that is there, and tries again to watch if it is time to.
    void take();
    // Readable when there is something; -1: there is no watch.
    [[nodiscard]] int fd() const noexcept { return inotify_ ? inotify_->fd() : -1; }

    // True if somebody has made the file in the spool and, as far as is known, not closed it yet. When it has
    // been left alone for long, or for the settle time if that is longer, it counts as complete.
    [[nodiscard]] bool is_being_written(const std::string& name, const FileStatus& status,
                                        std::chrono::nanoseconds settle_time);
    // A file was closed whose name is not known.
    void forget_writers() noexcept { being_written_.clear(); }

  private:
    void on_event(std::uint32_t mask, std::string_view name);
    void on_created(const std::string& name);

    const SpoolPlace& place_;
    const SpoolNames& names_;
    Listener& listener_;
    std::optional<Inotify> inotify_;
    Clock::time_point watch_at_{};  // when it is tried again; none: not tried yet
    std::unordered_set<std::string> being_written_;
};

}  // namespace pipeline
