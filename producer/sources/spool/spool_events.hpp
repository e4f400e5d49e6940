// SPDX-License-Identifier: Apache-2.0
// Reports files that arrive in a spool, by the kernel's events (inotify), and remembers files that were
// created and not closed yet. If the inotify limits allow no watch, there are no events, and the class
// retries the watch from time to time.
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
        // The file `name` has arrived. It is complete, unless `arrival` is Arrival::Found: then it may be
        // incomplete.
        virtual void file_came(const std::string& name, Arrival arrival) = 0;
        // Files may have arrived without an event.
        virtual void files_were_missed() = 0;
        // The folder itself may have been renamed, removed or unmounted.
        virtual void folder_moved() = 0;
        // `is_watched`: true if events report new files from now on; false if no events come any more.
        virtual void watch_changed(bool is_watched) = 0;
    };

    // The three arguments must outlive this object.
    SpoolEvents(const SpoolPlace& place, const SpoolNames& names, Listener& listener)
        : place_(place), names_(names), listener_(listener) {}

    // Begins to watch the spool. Logs only the first of several failures in a row.
    void watch();
    // Reports all pending events to the listener. If the spool is not watched, calls watch() when a retry is
    // due.
    void take();
    // Returns a descriptor that is readable when there are events; -1 if there is no watch.
    [[nodiscard]] int fd() const noexcept { return inotify_ ? inotify_->fd() : -1; }

    // True if a process created the file in the spool and, as far as is known, has not closed it yet. The
    // file counts as complete once it has been unmodified for a minute, or for the settle time if that is
    // longer.
    [[nodiscard]] bool is_being_written(const std::string& name, const FileStatus& status,
                                        std::chrono::nanoseconds settle_time);
    // Forgets which files are being written, because the close event of one of them may have been missed.
    void forget_writers() noexcept { being_written_.clear(); }

  private:
    void on_event(std::uint32_t mask, std::string_view name);
    void on_created(const std::string& name);

    const SpoolPlace& place_;
    const SpoolNames& names_;
    Listener& listener_;
    std::optional<Inotify> inotify_;
    Clock::time_point watch_at_{};  // when to call watch() again; zero: at once
    std::unordered_set<std::string> being_written_;
};

}  // namespace pipeline
