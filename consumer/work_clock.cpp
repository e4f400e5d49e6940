// SPDX-License-Identifier: Apache-2.0
#include "consumer/work_clock.hpp"

#include <algorithm>
#include <span>

namespace pipeline {
namespace {

std::uint64_t ns_of(WorkClock::TimePoint time) noexcept {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

void WorkClock::begin() noexcept {
    resting_since_.reset();
    began_ = std::chrono::steady_clock::now();
    hand_.set_since(ns_of(began_));
    meter_.enter(Activity::Working, ns_of(began_));
}

void WorkClock::pause(std::uint64_t first, std::size_t count, TimePoint now, bool is_end) noexcept {
    const auto elapsed = resting_since_.value_or(now) - began_;
    const std::uint64_t each = static_cast<std::uint64_t>(elapsed.count()) / count;
    claim_size_.measured(count, elapsed);
    metrics_.processing.add(each, count);
    count_waiting(first, count, each);
    hand_.set_since(is_end ? 0 : ns_of(now));
    meter_.enter(Activity::WaitingForRoom, ns_of(now));
}

void WorkClock::resume() noexcept {
    resting_since_.reset();
    began_ = std::chrono::steady_clock::now();
    meter_.enter(Activity::Working, ns_of(began_));
}

void WorkClock::rest() noexcept {
    if (resting_since_) return;
    resting_since_ = std::chrono::steady_clock::now();
    meter_.enter(Activity::WaitingForInput, ns_of(*resting_since_));
}

void WorkClock::go_on() noexcept {
    if (!resting_since_) return;
    const auto now = std::chrono::steady_clock::now();
    began_ += now - *resting_since_;
    resting_since_.reset();
    hand_.set_since(ns_of(now));
    meter_.enter(Activity::Working, ns_of(now));
}

// Adds to the metrics how long each item has waited from its acquisition until its processing began. `each`:
// the processing time of one item. Items with the same time of acquisition have waited nearly equally long,
// so all of them count with the waiting time of the first. Items are in order of acquisition, so a binary
// search finds the last of them. Reading every item would cost more than everything else here.
void WorkClock::count_waiting(std::uint64_t first, std::size_t count, std::uint64_t each) const noexcept {
    std::span<const Item> items(&hand_.item(first), count);
    std::uint64_t begun = ns_of(began_);
    while (!items.empty()) {
        const std::uint64_t acquired = items.front().acquired_ns;
        const auto is_together = [acquired](const Item& item) { return item.acquired_ns == acquired; };
        const auto together =
            is_together(items.back())
                ? items.size()
                : static_cast<std::size_t>(std::partition_point(items.begin(), items.end(), is_together) -
                                           items.begin());
        metrics_.waiting.add(begun > acquired ? begun - acquired : 0, together);
        begun += each * together;
        items = items.subspan(together);
    }
}

}  // namespace pipeline
