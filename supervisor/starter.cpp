// SPDX-License-Identifier: Apache-2.0
#include "supervisor/starter.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/log.hpp"

namespace pipeline {

using std::chrono::steady_clock;

void Starter::start_due(TimePoint now) {
    if (drain_.is_leaving()) return children_.start_no_more();
    suspicion_.look();
    // A suspect starts only when no other consumer runs: so those that run must make way for it.
    if (suspicion_.is_raised()) pool_.tell_all();
    for (Child& child : children_.all()) {
        if (child.state != Child::State::Waiting || child.start_at > now) continue;
        if (!suspicion_.may_start(child)) continue;
        if (is_needless(child)) {
            child.state = Child::State::Done;
        } else {
            start(child);
        }
    }
}

Starter::TimePoint Starter::next() const noexcept {
    TimePoint next = TimePoint::max();
    for (const Child& child : children_.all()) {
        if (child.state == Child::State::Waiting && suspicion_.may_start(child))
            next = std::min(next, child.start_at);
    }
    return next;
}

// True if a drain has left nothing for this child to do. In that case do not start it: a needless start might
// fail, and the run with it.
bool Starter::is_needless(const Child& child) const noexcept {
    const bool producer_done = children_.producer().state == Child::State::Done;
    return drain_.has_begun() && (child.role == Child::Role::Producer || producer_done) &&
           segments_.in_flight() == 0 && segments_.storage().released() == segments_.ring().tail();
}

void Starter::start(Child& child) {
    if (child.role == Child::Role::Consumer) pool_.prepare(child, suspicion_.is_raised());
    child.condemned_for.reset();
    child.died_with_others = false;
    child.is_replaced = false;
    try {
        child.process = start_sibling(child.program(), child.arguments, child.standard_input);
        child.state = Child::State::Running;
        child.started_at = steady_clock::now();
        child.progress_at_start = progress_of(child, segments_.ring(), segments_.storage());
    } catch (const Failure& failure) {
        postpone(child, failure);
    }
}

void Starter::look_at_starts() {
    for (Child& child : children_.all()) {
        if (child.state != Child::State::Running || !child.process.report) continue;
        const Start start = await_start(child.process, std::chrono::milliseconds::zero());
        if (start.state == Start::State::Running) {
            log(child.hindrance.empty() ? LogLevel::Debug : LogLevel::Notice, "{} started with pid {}",
                child.name(), child.process.pid);
            child.hindrance.clear();
        } else if (start.state == Start::State::Failed) {
            children_.forget(child);
            postpone(child, sibling_failure(child.program(), start.mishap));
        }
    }
}

// Gives the child up if a later start would fail as well; otherwise lets it wait for its next start.
void Starter::postpone(Child& child, const Failure& failure) {
    const bool is_permanent = failure.status() == ExitStatus::CannotCreate;
    // Log each cause once, even if many starts fail because of it.
    if (child.hindrance != failure.what()) {
        log(LogLevel::Error, "{} cannot be started{}: {}", child.name(),
            is_permanent ? "" : " and is tried again", failure.what());
    }
    child.hindrance = failure.what();
    if (is_permanent) {
        child.state = Child::State::Done;
        drain_.fail(failure.status());
    } else {
        child.state = Child::State::Waiting;
        child.start_at = steady_clock::now() + BackOff::kLast;
    }
}

}  // namespace pipeline
