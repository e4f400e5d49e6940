// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/stored_hours.hpp"

#include <algorithm>
#include <utility>

namespace pipeline {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kHours = 24;

}  // namespace

StoredHours read_stored_hours(LedgerBrowser& browser, std::int64_t now_us, Deadline until) {
    using Clock = std::chrono::steady_clock;
    StoredHours found;
    const std::int64_t first = (now_us / kHourUs - (kHours - 1)) * kHourUs;
    for (std::int64_t hour = 0; hour < kHours; ++hour)
        found.hours.push_back({first + hour * kHourUs, 0, 0, 0});
    // Failed and rejected ones first: these are few, and have an index.
    constexpr std::array<std::pair<RowStatus, std::uint64_t StoredHour::*>, 3> kCounts{
        {{RowStatus::Failed, &StoredHour::failed},
         {RowStatus::Rejected, &StoredHour::rejected},
         {RowStatus::Booked, &StoredHour::booked}}};
    for (std::size_t i = 0; i < kCounts.size(); ++i) {
        const auto now = Clock::now();
        const auto share_ends = now + (until - now) / static_cast<int>(kCounts.size() - i);
        const auto count = kCounts[i].second;
        browser.times(kCounts[i].first, first, [&](std::int64_t stored_at_us) {
            // A clock that was set back leaves times of the future.
            const std::int64_t hour = std::min((stored_at_us - first) / kHourUs, kHours - 1);
            ++(found.hours[static_cast<std::size_t>(hour)].*count);
            if (Clock::now() < share_ends) return true;
            found.reached_us = std::max(found.reached_us, stored_at_us);
            return false;
        });
    }
    return found;
}

}  // namespace pipeline
