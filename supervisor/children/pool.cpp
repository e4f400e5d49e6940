// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/pool.hpp"

#include <algorithm>
#include <utility>

namespace pipeline {

Pool::Pool(Children& children, const Ring& ring, std::function<Child(std::uint16_t place)> make)
    : children_(children), ring_(ring), make_(std::move(make)) {
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        // A hand with items needs a consumer that finishes them, even if no consumer is wanted in its place.
        if (ring_.hand(place).empty()) continue;
        row(static_cast<std::uint16_t>(place)).wanted = false;
    }
}

void Pool::want(std::uint32_t consumers, TimePoint now) {
    for (; wanted_ < consumers; ++wanted_) {
        Child& child = row(static_cast<std::uint16_t>(wanted_));
        child.wanted = true;
        if (child.state == Child::State::Running) {
            // The consumer may have seen HandArea::leave already. In that case it leaves, and the supervisor
            // starts another consumer in its place.
            ring_.area().hands[child.place].leave.store(0, std::memory_order_release);
        } else if (child.state == Child::State::Done) {
            child.state = Child::State::Waiting;
            child.start_at = now;
            child.restarts = {};
        }
    }
    for (; wanted_ > consumers; --wanted_) {
        Child& child = row(static_cast<std::uint16_t>(wanted_ - 1));
        child.wanted = false;
        if (child.state == Child::State::Running) {
            tell(child);
        } else if (child.state == Child::State::Waiting && is_given_up(child)) {
            child.state = Child::State::Done;
        }
    }
    ring_.call_consumers();
}

void Pool::replace_all() noexcept {
    for (Child& child : children_.consumers()) child.is_dated = child.state == Child::State::Running;
    go_on();
}

void Pool::go_on() noexcept {
    if (replacing_) {
        const Child* child = children_.consumer(*replacing_);
        const bool is_at_work = child->state == Child::State::Running && !child->told &&
                                child->process.is_named_by(
                                    ring_.area().hands[*replacing_].process.load(std::memory_order_acquire));
        if (child->wanted && child->state != Child::State::Done && !is_at_work) return;
        replacing_.reset();
    }
    for (Child& child : children_.consumers()) {
        if (!child.is_dated || !child.wanted || child.state != Child::State::Running) continue;
        child.is_dated = false;
        replacing_ = child.place;
        tell(child);
        ring_.call_consumers();
        return;
    }
}

bool Pool::is_starting_fresh() const noexcept {
    if (!replacing_) return false;
    const Child* child = children_.consumer(*replacing_);
    return child->state == Child::State::Running && !child->told;
}

void Pool::prepare(Child& child, bool leaves) const noexcept {
    child.told = leaves || !child.wanted;
    child.is_dated = false;
    ring_.area().hands[child.place].leave.store(child.told ? 1 : 0, std::memory_order_release);
}

void Pool::tell_all() noexcept {
    bool has_told = false;
    for (Child& child : children_.consumers()) {
        if (child.state != Child::State::Running || child.told) continue;
        tell(child);
        has_told = true;
    }
    if (has_told) ring_.call_consumers();
}

bool Pool::has_left(Child& child, TimePoint now) const noexcept {
    if (!child.told || !ring_.hand(child.place).empty()) return false;
    if (child.wanted) {
        child.state = Child::State::Waiting;
        child.start_at = now;
    } else {
        child.state = Child::State::Done;
    }
    return true;
}

bool Pool::is_given_up(Child& child) const noexcept {
    // A hand becomes empty only when the results of its items are saved, so the hand of a consumer that died
    // with unsaved items is not empty: a successor must finish it.
    return !child.wanted && ring_.hand(child.place).empty();
}

Child& Pool::row(std::uint16_t place) {
    if (Child* known = children_.consumer(place)) return *known;
    return children_.add(make_(place));
}

// Tells the consumer to leave. The caller must wake the waiting consumers.
void Pool::tell(Child& child) noexcept {
    child.told = true;
    ring_.area().hands[child.place].leave.store(1, std::memory_order_release);
}

}  // namespace pipeline
