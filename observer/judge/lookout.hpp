// SPDX-License-Identifier: Apache-2.0
// Watches the pipeline of a name across restarts: its present state, a comparison with about ten seconds ago,
// and its rates of the last five minutes. When the segments' names are removed, the lookout observes them a
// last time (for the totals of a drained pipeline), then waits for new segments.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/core/segments/segments_finder.hpp"
#include "common/core/segments/segments_view.hpp"
#include "observer/judge/comparison.hpp"
#include "observer/judge/health.hpp"
#include "observer/judge/history.hpp"
#include "observer/judge/steady_times.hpp"
#include "observer/see/ledger_room.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// The data for all views.
struct View {
    std::string name;
    bool is_attached = false;        // false: there is no pipeline, and `now` is the last observation
    std::optional<Observation> now;  // none: nothing has been observed yet
    Comparison recent;
    std::uint64_t moved_ns = 0;   // when an invoice last made progress, monotonic; 0: never
    std::uint64_t worked_ns = 0;  // as moved_ns, but acquiring an invoice is no progress
    Health health = Health::bad(HealthState::Absent, "there is no pipeline of that name");
    std::string trouble;        // why the segments cannot be read now; empty if there was no failure
    std::vector<Pace> history;  // at most one per second; newest last
    std::vector<Pace> hour;     // at most one per minute; newest last

    [[nodiscard]] double unmoved_seconds() const noexcept {
        return now && moved_ns != 0 && now->at_ns > moved_ns
                   ? static_cast<double>(now->at_ns - moved_ns) / 1e9
                   : 0;
    }
};

class Lookout {
  public:
    // The span of View::recent. It is shorter at first, and after a consumer was added or removed or the
    // source was paused or resumed.
    static constexpr std::chrono::seconds kWindow{10};

    explicit Lookout(SegmentsFinder finder);

    // Observes the pipeline, and returns a view that is valid until the next call. Without a pipeline, the
    // view shows the last observation. If the segments cannot be read, View::trouble says why; but with
    // `must_see`, look() throws a Failure instead.
    const View& look(bool must_see = false);
    [[nodiscard]] const View& view() const noexcept { return view_; }

  private:
    void attach(bool must_see);
    const View& lose(std::uint64_t cuts, bool must_see);
    void begin_anew();
    void remember(const Observation& seen);
    void add_pace(const Observation& seen);

    SegmentsFinder finder_;
    View view_;
    std::string place_;  // the name of the segments attached last, for SegmentsView::open()
    std::optional<SegmentsView> segments_;
    LedgerRoom room_;
    std::deque<Observation> past_;              // about a second apart, oldest first
    std::optional<Observation> paced_;          // where the next pace of the history begins
    std::optional<Observation> minute_begins_;  // where the next pace of the hour begins
    SteadyTimes times_;
};

}  // namespace pipeline
