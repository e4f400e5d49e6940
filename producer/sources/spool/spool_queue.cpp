// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_queue.hpp"

#include <algorithm>
#include <utility>

namespace pipeline {

SpoolQueue::Added SpoolQueue::add(std::string_view name, Arrival arrival, std::int64_t modified_ns) {
    const std::uint64_t key = hash(name);
    if (Known* const known = index_.find(key); known != nullptr) {
        if (arrival == Arrival::Found) return Added::Known;
        known->arrival = arrival;
        if (known->state == State::Waits) return Added::Known;
        known->state = State::Waits;
    } else {
        if (room() == 0) return Added::Full;
        index_.insert(key).first = {State::Waits, arrival};
    }
    waiting_.push_back({std::string(name), arrival, modified_ns, 0});
    return Added::New;
}

SpoolQueue::Added SpoolQueue::add_settling(const File& file, Clock::time_point due) {
    const std::uint64_t key = hash(file.name);
    if (index_.contains(key)) return Added::Known;
    if (room() == 0 || settling_.size() >= most_) return Added::Full;
    index_.insert(key).first = {State::Settles, Arrival::Settled};
    settling_.emplace(due, file)->second.arrival = Arrival::Settled;
    return Added::New;
}

void SpoolQueue::put_back(const File& file) {
    index_.insert(hash(file.name)).first = {State::Waits, file.arrival};
    waiting_.push_front(file);
}

// Removes stale entries from the front of settling_. An entry is stale if an event has reported its file
// meanwhile, so that add() has put the file into waiting_.
void SpoolQueue::drop_stale() noexcept {
    while (!settling_.empty()) {
        const Known* const known = index_.find(hash(settling_.begin()->second.name));
        if (known != nullptr && known->state == State::Settles) return;
        settling_.erase(settling_.begin());
    }
}

std::optional<SpoolQueue::File> SpoolQueue::next(Clock::time_point now) {
    drop_stale();
    File file;
    if (!settling_.empty() && settling_.begin()->first <= now) {
        file = std::move(settling_.begin()->second);
        settling_.erase(settling_.begin());
        index_.erase(hash(file.name));
    } else if (!waiting_.empty()) {
        file = std::move(waiting_.front());
        waiting_.pop_front();
        const std::uint64_t key = hash(file.name);
        file.arrival = index_.find(key)->arrival;
        index_.erase(key);
    } else {
        return std::nullopt;
    }
    return file;
}

bool SpoolQueue::has_next(Clock::time_point now) noexcept {
    if (!waiting_.empty()) return true;
    drop_stale();
    return !settling_.empty() && settling_.begin()->first <= now;
}

std::optional<SpoolQueue::Clock::time_point> SpoolQueue::due() noexcept {
    drop_stale();
    return settling_.empty() ? std::nullopt : std::optional(settling_.begin()->first);
}

std::int64_t SpoolQueue::oldest_ns() noexcept {
    drop_stale();
    if (waiting_.empty()) return settling_.empty() ? 0 : settling_.begin()->second.modified_ns;
    const std::int64_t first = waiting_.front().modified_ns;
    return settling_.empty() ? first : std::min(first, settling_.begin()->second.modified_ns);
}

}  // namespace pipeline
