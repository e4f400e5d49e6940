// SPDX-License-Identifier: Apache-2.0
#include "supervisor/reaper.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <vector>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/core/hand.hpp"
#include "common/os/process_id.hpp"
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
    // Starter::look_at_starts() may have reaped the child already, because its start failed.
    if (child.state != Child::State::Running) return;
    int wait_status = 0;
    if (::waitpid(child.process.pid, &wait_status, WNOHANG) != child.process.pid) return;
    decide(child, wait_status);
    // If no successor starts, nobody else overwrites the child's registration in shared memory: clear it.
    if (child.state == Child::State::Done) word_of(child).store(0, std::memory_order_release);
    child.process = {};
    children_.end_orphans(milliseconds::zero());
    // The child may have died before it woke another process, or may have received a wake-up that another
    // process needs.
    ring_.wake_all();
    storage_.wake_all();
}

std::atomic<std::uint64_t>& Reaper::word_of(const Child& child) const noexcept {
    RingArea& area = ring_.area();
    return child.role == Child::Role::Producer ? area.producer_process : area.hands[child.place].process;
}

void Reaper::decide(Child& child, int wait_status) {
    child.state = Child::State::Done;
    const bool exited_well = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    if (exited_well && ring_.closed()) drain_.note();
    // Ask the pool before checking ring_.closed(): a consumer that the pool told to leave may have left while
    // the ring held items.
    if (exited_well && child.role == Child::Role::Consumer && pool_.has_left(child, steady_clock::now())) {
        log(LogLevel::Debug, "{} (pid {}) has left", child.name(), child.process.pid);
        return;
    }
    if (exited_well && ring_.closed()) {
        if (!drain_.is_leaving()) require_all_durable();
        return;
    }
    const Cause cause = Cause::from_wait_status(wait_status);
    progress_.clear();
    if (const auto damage = segments_.disorder()) return drain_.refuse_damaged(*damage);
    if (child.is_replaced) {
        log(LogLevel::Debug, "{} (pid {}) makes way for one with other settings", child.name(),
            child.process.pid);
        child.state = Child::State::Waiting;
        child.start_at = steady_clock::now();
        return;
    }
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == to_int(ExitStatus::NotDrained)) {
        if (!drain_.is_leaving()) {
            drain_.fail(ExitStatus::NotDrained);
        } else if (child.role == Child::Role::Producer) {
            drain_.note_undrained();
        }
        return;
    }
    if (const auto status = permanent_failure(wait_status)) {
        log(LogLevel::Error, "{} cannot go on ({}): stopping", child.name(),
            cause.text(options_.item_timeout));
        drain_.fail(*status);
        return;
    }
    if (drain_.has_failed() && segments_.in_flight() == 0) return;
    decide_after_failure(child, wait_status, cause);
}

// If all consumers are done and the ledger lacks something that was acquired, refuses the segments as
// damaged. The last consumer leaves only when the ledger has everything, so one of the two counts below is
// wrong. Otherwise the producer would wait for ever until the missing invoices are durable.
void Reaper::require_all_durable() {
    if (!children_.consumers_done() || drain_.has_failed()) return;
    const std::uint64_t acquired = ring_.tail();
    if (storage_.durable() == acquired) return;
    drain_.refuse_damaged(
        fmt::format("segment {}.ring is damaged: ring.tail is {}, but {} invoices "
                    "have come through, and the consumers have left nothing",
                    segments_.path(), acquired, storage_.durable()));
}

void Reaper::decide_after_failure(Child& child, int wait_status, Cause cause) {
    const bool is_consumer = child.role == Child::Role::Consumer;
    if (is_consumer && was_killed_with_others(child, wait_status)) child.died_with_others = true;
    const bool is_charged = blame(child, cause);
    const bool is_hopeless_now = is_consumer && is_hopeless(child, wait_status, is_charged);
    if (is_hopeless_now && options_.once) return give_up(cause);
    if (is_consumer && pool_.is_given_up(child)) {
        log(LogLevel::Warning, "{} (pid {}) died: {}; it was to leave, and had nothing in its hand",
            child.name(), child.process.pid, cause.text(options_.item_timeout));
        return;
    }
    if (drain_.is_leaving()) {
        log(LogLevel::Warning, "{} (pid {}) died: {}; no other one is started, since the pipeline stops",
            child.name(), child.process.pid, cause.text(options_.item_timeout));
        return;
    }
    if (progress_of(child, ring_, storage_) != child.progress_at_start) child.restarts.got_further();
    const auto delay = child.restarts.ended(steady_clock::now());
    child.state = Child::State::Waiting;
    child.start_at = child.restarts.start_at();
    tell_of_death(child, is_consumer ? std::optional(ring_.hand(child.place)) : std::nullopt, cause, delay,
                  options_);
    if (child.died_with_others) suspicion_.raise();
}

// Counts the death, and stores its cause for the successor. If consumers died together, leaves the cause
// unknown. The successor then charges the death to the invoice that was being processed, or makes this
// invoice a suspect if the cause is unknown (Hand::take_over()). Returns true if an invoice was being
// processed.
bool Reaper::blame(Child& child, Cause cause) const noexcept {
    MetricsArea& metrics = segments_.metrics();
    if (child.role == Child::Role::Producer) {
        count_death(metrics.producer.deaths, cause);
        return false;
    }
    const Hand hand = ring_.hand(child.place);
    if (child.condemned_for) {
        // If the consumer has gone on to another invoice since the watch decided to kill it, charge no
        // invoice with this death.
        const std::uint64_t work = hand.area().work.load(std::memory_order_acquire);
        if (*child.condemned_for != 0 && work == *child.condemned_for) {
            cause = Cause::ran_too_long();
        } else {
            hand.end_work();
        }
    }
    const bool has_work = hand.at_work().has_value();
    if (!child.died_with_others) hand.area().death.store(cause.encode(), std::memory_order_release);
    count_death(metrics.places[child.place].deaths, cause);
    return has_work;
}

// Returns true if a kill of the whole process group has ended the child, and sets died_with_others in the
// other children that are dying. A kill of the group reaches all its processes before this process can see
// the first of them dead, so the others are exiting by now. Nobody knows which process caused the kill. If
// one consumer survives, there was no kill of the group.
bool Reaper::was_killed_with_others(Child& child, int wait_status) {
    if (!WIFSIGNALED(wait_status) || WTERMSIG(wait_status) != SIGKILL || child.condemned_for) return false;
    if (child.died_with_others) return true;
    std::vector<Child*> dying;
    for (Child& other : children_.all()) {
        if (&other == &child || other.state != Child::State::Running || other.condemned_for) continue;
        if (is_being_killed(other.process.pid)) {
            dying.push_back(&other);
        } else if (other.role == Child::Role::Consumer) {
            return false;
        }
    }
    for (Child* other : dying) other->died_with_others = true;
    return !dying.empty();
}

bool Reaper::is_hopeless(const Child& child, int wait_status, bool is_charged) noexcept {
    constexpr std::chrono::seconds kLong{10};
    const bool was_killed = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL;
    const bool had_begun = child.process.is_named_by(word_of(child).load(std::memory_order_relaxed));
    const bool waits_for_something =
        WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == to_int(ExitStatus::InputOutput);
    if (is_charged || steady_clock::now() - child.started_at >= kLong) {
        futile_.forget();
    } else if (!waits_for_something && !(was_killed && had_begun)) {
        futile_.died(ring_.head() + storage_.tail() + storage_.durable() + storage_.released());
    }
    if (futile_.count() != FutileDeaths::kMost) return false;
    log(LogLevel::Error, "consumers have died {} times in a row and nothing got further: {}", futile_.count(),
        options_.once ? "stopping; the next start goes on with what is unfinished"
                      : "see why above; they are started again and again");
    return true;
}

// Ends the run at once: no consumer can work, so a drain would only use up --drain-timeout.
void Reaper::give_up(Cause cause) {
    log(LogLevel::Error, "the last one died: {}", cause.text(options_.item_timeout));
    drain_.fail(ExitStatus::Internal);
    drain_.cut_short();
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
