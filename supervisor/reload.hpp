// SPDX-License-Identifier: Apache-2.0
// Reads the configuration again while the pipeline runs, and makes the change known to all who need it. The
// consumers take their new settings when they are replaced (Pool::replace_all()). The producer takes them by
// being killed and started again, which no invoice notices, unless its source cannot be read again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "supervisor/children/children.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/systemd/notify.hpp"
#include "supervisor/watch/watch.hpp"

namespace pipeline {

class Reload {
  public:
    // Parses the command line and the file of --config again. Throws Failure as parse_options() does.
    using Reread = std::function<Options()>;

    // `options` are those in force, which read_again() changes. All references must outlive the object.
    Reload(Options& options, const Segments& segments, Children& children, Watch& watch, Notify& notify,
           Reread reread);

    // Changes the options that can change, and logs a line for each; also a line for each that stays as it is
    // until the next start. Returns false, and changes nothing, if the options are not accepted or the
    // program of --process is missing; a line says so.
    [[nodiscard]] bool read_again();

  private:
    void take_over(const std::vector<std::string>& producer_before);
    void replace_producer(const std::vector<std::string>& before);

    Options& options_;
    const Segments& segments_;
    Children& children_;
    Watch& watch_;
    Notify& notify_;
    Reread reread_;
};

// True if consumers or producer start programs, so that the supervisor adopts what these leave.
[[nodiscard]] bool start_programs(const Options& options) noexcept;

// Returns the item timeout for the watch. A consumer that works through a program outside ends overdue work
// by itself, so the watch grants it a few seconds more, and kills the consumer only if it fails to do so.
[[nodiscard]] std::chrono::nanoseconds watched_item_timeout(const Options& options) noexcept;

}  // namespace pipeline
