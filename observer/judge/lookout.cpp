// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/lookout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/error.hpp"
#include "common/shm/segment_path.hpp"
#include "observer/see/foreign_segments.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t kWindowNs = std::chrono::nanoseconds(Lookout::kWindow).count();
// Observations this far apart count as a second apart, because an observation may come a little early.
constexpr std::uint64_t kNearlySecondNs = kSecondNs * 9 / 10;
constexpr std::uint64_t kMinuteNs = std::chrono::nanoseconds(kMinute).count();

}  // namespace

Lookout::Lookout(SegmentsFinder finder) : finder_(std::move(finder)) {
    view_.name = finder_.pipeline();
}

const View& Lookout::look(bool must_see) {
    if (!segments_) attach(must_see);
    if (!segments_) return view_;
    // Check this before the observation: if the segments' names have been removed by now, the following
    // observation shows the final state.
    const bool are_current = segments_->are_current();
    const std::uint64_t cuts = cut_pages();
    Observation seen = observe_segments(*segments_);
    if (cut_pages() != cuts) return lose(cuts, must_see);
    times_.mend(seen);
    seen.ledger_condition.room = room_.look(seen.ledger);
    if (!are_current) {
        if (seen.in_flight() == 0) seen.state = PipelineState::Finished;
        segments_.reset();
    }
    view_.is_attached = segments_.has_value();
    remember(seen);
    if (!are_current && seen.in_flight() != 0) {
        view_.health =
            Health::bad(HealthState::Absent,
                        fmt::format("somebody has removed its segments from {}, with invoices in flight",
                                    segment_directory(place_)));
    }
    view_.now = std::move(seen);
    return view_;
}

// Called if pages of the segments were missing during an observation, and so were read as zeros. Discards
// this observation. Detaches from the segments, because the pages would stay zeros in this mapping.
const View& Lookout::lose(std::uint64_t cuts, bool must_see) {
    segments_.reset();
    view_.is_attached = false;
    try {
        require_no_cuts_since(cuts, place_);
    } catch (const Failure& failure) {
        if (must_see) throw;
        view_.trouble = failure.what();
        view_.health = Health::bad(HealthState::Absent, view_.trouble);
    }
    return view_;
}

void Lookout::attach(bool must_see) {
    try {
        place_ = finder_.find();
        segments_ = SegmentsView::open(place_);
        view_.trouble.clear();
    } catch (const Failure& failure) {
        if (must_see) throw;
        view_.trouble = failure.what();
        view_.health = Health::bad(HealthState::Absent, view_.trouble);
    }
    if (segments_) begin_anew();
}

void Lookout::begin_anew() {
    past_.clear();
    paced_.reset();
    minute_begins_.reset();
    times_.begin_anew();
    view_.recent = {};
    view_.moved_ns = 0;
    view_.worked_ns = 0;
}

void Lookout::remember(const Observation& seen) {
    const bool is_first = past_.empty();
    if (is_first) {
        view_.moved_ns = last_moved_ns(seen);
        view_.worked_ns = last_worked_ns(seen);
    } else {
        if (has_moved(*view_.now, seen)) view_.moved_ns = seen.at_ns;
        if (has_worked(*view_.now, seen)) view_.worked_ns = seen.at_ns;
    }
    const auto is_to_be_forgotten = [&] {
        return seen.at_ns - past_[1].at_ns >= kWindowNs || !is_comparable(past_.front(), seen);
    };
    while (past_.size() > 1 && is_to_be_forgotten()) past_.pop_front();
    if (!is_first) view_.recent = Comparison::of(past_.front(), seen);
    // Judge the health by `seen` and the newest observation that is at least a second older: a process that
    // is dead in both was not replaced. If no observation is that old, pass `seen` twice: then no child is
    // reported as dead yet.
    const auto is_old = [&](const Observation& earlier) { return seen.at_ns - earlier.at_ns >= kSecondNs; };
    const auto earlier = std::find_if(past_.rbegin(), past_.rend(), is_old);
    view_.health = Health::of(earlier == past_.rend() ? seen : *earlier, seen, view_.worked_ns);
    if (is_first || seen.at_ns - past_.back().at_ns >= kNearlySecondNs) past_.push_back(seen);
    add_pace(seen);
}

void Lookout::add_pace(const Observation& seen) {
    if (paced_ && seen.at_ns - paced_->at_ns < kNearlySecondNs && seen.state != PipelineState::Finished)
        return;
    if (paced_ && paced_->at_ns < seen.at_ns) pipeline::add_pace(view_.history, Pace::between(*paced_, seen));
    paced_ = seen;
    if (!minute_begins_ || minute_begins_->at_ns > seen.at_ns) minute_begins_ = seen;
    if (seen.at_ns - minute_begins_->at_ns < kMinuteNs) return;
    pipeline::add_pace(view_.hour, Pace::between(*minute_begins_, seen), kHour);
    minute_begins_ = seen;
}

}  // namespace pipeline
