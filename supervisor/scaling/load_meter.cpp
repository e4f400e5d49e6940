// SPDX-License-Identifier: Apache-2.0
#include "supervisor/scaling/load_meter.hpp"

#include <utility>

namespace pipeline {
namespace {

// True once the child has registered itself. Until then its activity area holds the times of its predecessor.
bool is_at_work(const Child& child, const std::atomic<std::uint64_t>& process) noexcept {
    return child.state == Child::State::Running &&
           child.process.is_named_by(process.load(std::memory_order_acquire));
}

}  // namespace

LoadMeter::LoadMeter(const Segments& segments, const Children& children, std::uint64_t now_ns)
    : ring_(segments.ring()),
      storage_(segments.storage()),
      metrics_(segments.metrics()),
      children_(children),
      last_ns_(now_ns),
      acquired_(ring_.tail()),
      stored_(storage_.tail()),
      producer_(TimeSpent::of(metrics_.producer.activity, false, now_ns)) {
    // Measure from the times that are in the segments now: adopted segments have times of earlier processes.
    for (std::size_t place = 0; place < kMaxPlaces; ++place)
        places_[place] = TimeSpent::of(metrics_.places[place].activity, false, now_ns);
}

Load LoadMeter::look(std::uint64_t now_ns) {
    Load load;
    load.interval = std::chrono::nanoseconds(now_ns - last_ns_);
    last_ns_ = now_ns;
    const std::uint64_t acquired = ring_.tail();
    const std::uint64_t stored = storage_.tail();
    load.acquired = acquired - std::exchange(acquired_, acquired);
    load.stored = stored - std::exchange(stored_, stored);
    const bool produces = is_at_work(children_.producer(), ring_.area().producer_process);
    load.producer = since_last(metrics_.producer.activity, produces, now_ns, producer_);
    for (const Child& child : children_.consumers()) {
        const bool consumes = is_at_work(child, ring_.area().hands[child.place].process);
        const TimeShares shares =
            since_last(metrics_.places[child.place].activity, consumes, now_ns, places_[child.place]);
        if (consumes) load.consumers.push_back(shares);
    }
    return load;
}

TimeShares LoadMeter::since_last(const ActivityArea& area, bool is_at_work, std::uint64_t now_ns,
                                 TimeSpent& last) const noexcept {
    const TimeSpent spent = TimeSpent::of(area, is_at_work, now_ns);
    return TimeShares::between(std::exchange(last, spent), spent);
}

}  // namespace pipeline
