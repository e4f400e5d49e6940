// SPDX-License-Identifier: Apache-2.0
#include "supervisor/reaper.hpp"

#include <sys/wait.h>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/core/hand.hpp"
#include "supervisor/children/death_notice.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void count_death(DeathMetrics& deaths, Cause cause) noexcept {
    deaths.count.store(deaths.count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    deaths.last_ns.store(monotonic_ns(), std::memory_order_relaxed);
    deaths.last_cause.store(cause.encode(), std::memory_order_relaxed);
}

}  // namespace

void Reaper::reap(Child& child) {
    int wait_status = 0;
    if (::waitpid(child.process.pid, &wait_status, WNOHANG) != child.process.pid) return;
    decide(child, wait_status);
    // The word has no other writer now.
    if (child.state == Child::State::Done) word_of(child).store(0, std::memory_order_release);
    child.process = {};
    children_.end_orphans(milliseconds::zero());
    // The dead child may have been about to wake someone, or have been woken in somebody's place.
    ring_.wake_all();
    storage_.wake_all();
}

std::atomic<std::uint64_t>& Reaper::word_of(const Child& child) const noexcept {
    RingArea& area = ring_.area();
    return child.role == Child::Role::Producer ? area.producer_process : area.hands[child.place].process;
}

void Reaper::decide(Child& child, int wait_status) {
    child.state = Child::State::Done;
    const auto now = steady_clock::now();
    const bool exited_well = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    if (exited_well && ring_.closed()) drain_.note();
    // Ask the pool even if the ring has been closed since: a consumer that left as told may have left items
    // in it.
    if (exited_well && child.role == Child::Role::Consumer && pool_.has_left(child, now)) {
        log(LogLevel::Debug, "{} (pid {}) has left", child.name(), child.process.pid);
        return;
    }
    if (exited_well && ring_.closed()) return;
    const Cause cause = Cause::from_wait_status(wait_status);
    progress_.clear();
    if (child.role == Child::Role::Producer && WIFEXITED(wait_status) &&
        WEXITSTATUS(wait_status) == to_int(ExitStatus::NotDrained)) {
        drain_.fail(ExitStatus::NotDrained);
        return;
    }
    if (const auto status = permanent_failure(wait_status)) {
        log(LogLevel::Error, "{} cannot go on ({}): stopping", child.name(),
            cause.text(options_.item_timeout));
        drain_.fail(*status);
        return;
    }
    if (drain_.has_failed() && segments_.in_flight() == 0) return;
    blame(child, cause);
    if (child.role == Child::Role::Consumer && pool_.is_given_up(child)) {
        log(LogLevel::Warning, "{} (pid {}) died: {}; it was to leave, and had nothing in its hand",
            child.name(), child.process.pid, cause.text(options_.item_timeout));
        return;
    }
    if (progress_of(child, ring_, storage_) != child.progress_at_start) child.restarts.got_further();
    const auto delay = child.restarts.ended(now);
    child.state = Child::State::Waiting;
    child.start_at = child.restarts.start_at();
    tell_of_death(child,
                  child.role == Child::Role::Consumer ? std::optional(ring_.hand(child.place)) : std::nullopt,
                  cause, delay, options_);
}

// Stores the cause for the successor, which charges it to the invoice in work, and counts the death.
void Reaper::blame(const Child& child, Cause cause) const noexcept {
    MetricsArea& metrics = segments_.metrics();
    if (child.role == Child::Role::Producer) return count_death(metrics.producer.deaths, cause);
    HandArea& hand = ring_.area().hands[child.place];
    // If we killed it because its invoice took too long, the cause is already there.
    if (hand.death.load(std::memory_order_relaxed) == 0)
        hand.death.store(cause.encode(), std::memory_order_release);
    count_death(metrics.places[child.place].deaths,
                Cause::decode(hand.death.load(std::memory_order_relaxed)));
}

std::optional<ExitStatus> permanent_failure(int wait_status) noexcept {
    if (!WIFEXITED(wait_status)) return std::nullopt;
    for (const auto status :
         {ExitStatus::Usage, ExitStatus::NoInput, ExitStatus::CannotCreate, ExitStatus::Configuration}) {
        if (WEXITSTATUS(wait_status) == to_int(status)) return status;
    }
    return std::nullopt;
}

}  // namespace pipeline
