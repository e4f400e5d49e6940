// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/work_bound.hpp"

#include <algorithm>
#include <cmath>

namespace pipeline {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr nanoseconds kLeastTick = milliseconds(1);
constexpr nanoseconds kMostTick = milliseconds(50);

}  // namespace

void WorkBound::note(const WorkProgress& progress, Clock::time_point now) noexcept {
    consumers_ = std::max<std::uint32_t>(progress.consumers, 1);
    const std::uint64_t unfinished =
        progress.pushed > progress.finished ? progress.pushed - progress.finished : 0;
    if (unfinished < consumers_) has_lacked_work_ = true;
    if (has_begun_ && now - begun_at_ < kWindow) return;
    if (has_begun_) {
        const double seconds = std::max(duration<double>(now - begun_at_).count(), 1e-9);
        const auto done = static_cast<double>(progress.finished - std::min(finished_, progress.finished));
        const double rate = done / seconds;
        // A window without enough work says only that the pipeline is at least as fast.
        if (rate >= rate_) {
            rate_ = rate;
        } else if (!has_lacked_work_) {
            rate_ = (rate_ + rate) / 2;
        }
    }
    has_begun_ = true;
    begun_at_ = now;
    finished_ = progress.finished;
    has_lacked_work_ = unfinished < consumers_;
}

std::size_t WorkBound::most() const noexcept {
    const double ahead = duration<double>(kAhead + 2 * round_trip_).count();
    const double more = std::min(std::ceil(rate_ * ahead), static_cast<double>(kMost));
    return std::min<std::size_t>(consumers_ + 1 + static_cast<std::size_t>(more), kMost);
}

nanoseconds WorkBound::tick() const noexcept {
    if (rate_ < 1) return kMostTick;
    return std::clamp(nanoseconds(static_cast<std::int64_t>(0.25e9 / rate_)), kLeastTick, kMostTick);
}

}  // namespace pipeline
