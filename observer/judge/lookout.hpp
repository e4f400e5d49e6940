// SPDX-License-Identifier: Apache-2.0
// Keeps looking at the pipeline of a name, across its restarts: what it sees now, how that compares with what
// it saw about ten seconds ago, and how fast it was in the last five minutes. When the segments lose their
// names it looks at them a last time (the drained pipeline's totals) and then waits for the next ones.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "observer/judge/comparison.hpp"
#include "observer/judge/health.hpp"
#include "observer/judge/history.hpp"
#include "observer/judge/steady_times.hpp"
#include "observer/see/ledger_room.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// What is to be shown.
struct View {
    std::string name;
    bool is_attached = false;  // false: `now` is what was seen last, and there is nothing to see any more
    std::optional<Observation> now;  // none: nothing has been seen yet
    Comparison recent;
    std::uint64_t moved_ns = 0;   // when something moved last, monotonic; 0: never
    std::uint64_t worked_ns = 0;  // the same of invoices that had been acquired
    Health health = Health::bad(HealthState::Absent, "there is no pipeline of that name");
    std::string trouble;        // why it cannot be looked at just now; empty: it can
    std::vector<Pace> history;  // of each look, but at most one for each second; the newest last

    [[nodiscard]] double unmoved_seconds() const noexcept {
        return now && moved_ns != 0 && now->at_ns > moved_ns
                   ? static_cast<double>(now->at_ns - moved_ns) / 1e9
                   : 0;
    }
};

class Lookout {
  public:
    // What View::recent compares with, as far as it goes: not beyond the last change of the number of
    // consumers.
    static constexpr std::chrono::seconds kWindow{10};

    explicit Lookout(std::string name);

    // Looks; the view is that of this look until the next one. Without a pipeline it is what was seen last.
    // Throws Failure as Segments::open() if `must_see`; otherwise that is the view's trouble.
    const View& look(bool must_see = false);
    [[nodiscard]] const View& view() const noexcept { return view_; }

  private:
    void attach(bool must_see);
    void begin_anew();
    void remember(const Observation& seen);
    void add_pace(const Observation& seen);

    View view_;
    std::optional<Segments> segments_;
    LedgerRoom room_;
    std::deque<Observation> past_;  // a second apart, the oldest first
    std::optional<Observation> paced_;
    SteadyTimes times_;
};

}  // namespace pipeline
