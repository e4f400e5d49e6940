// SPDX-License-Identifier: Apache-2.0
#include "supervisor/systemd/notify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/clock.hpp"
#include "common/base/printable.hpp"
#include "supervisor/systemd/service_manager.hpp"

namespace pipeline {
namespace {

using std::chrono::microseconds;

std::string extend_timeout(std::chrono::nanoseconds by) {
    return fmt::format("EXTEND_TIMEOUT_USEC={}\n", std::chrono::ceil<microseconds>(by).count());
}

// The time of CLOCK_MONOTONIC, which sd_notify(3) requires with RELOADING=1.
std::int64_t monotonic_usec() noexcept {
    return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

Notify::Notify(const Ring& ring, const Storage& storage, const MetricsArea& metrics,
               std::chrono::nanoseconds item_timeout, TimePoint now)
    : ring_(ring),
      storage_(storage),
      metrics_(metrics),
      liveness_(item_timeout),
      is_heard_(has_service_manager()),
      is_watched_(watchdog_period() > microseconds::zero()),
      interval_(kInterval),
      next_(is_heard_ ? now : TimePoint::max()),
      counted_at_(now),
      counted_(storage_.durable()) {
    // Send WATCHDOG=1 twice in each watchdog period, as sd_watchdog_enabled(3) recommends.
    if (is_watched_)
        interval_ = std::min<std::chrono::steady_clock::duration>(interval_, watchdog_period() / 2);
}

void Notify::update(Phase phase, std::size_t places, TimePoint now) {
    if (!is_heard_) return;
    const bool has_changed = phase != phase_;
    if (!has_changed && now < next_) return;
    next_ = now + (phase == Phase::Starting ? kStartInterval : until_common_tick(interval_));
    if (has_changed) unsent_ += enter(phase);
    if (phase == Phase::Starting) return tell({});
    std::string lines;
    if (phase == Phase::Draining) lines += extend_timeout(kExtension);
    if (liveness_.look(Liveness::sight_of(ring_, storage_, places), now) && is_watched_)
        lines += "WATCHDOG=1\n";
    lines += renewed_status(phase, now);
    tell(lines);
}

// Sends unsent_ (the lines about changes of the phase) and `lines`. If the manager has no room for them now,
// keeps unsent_ for the next call, but drops `lines`: update() soon writes new ones.
void Notify::tell(const std::string& lines) {
    const std::string text = unsent_ + lines;
    if (text.empty()) return;
    if (tell_service_manager(text)) {
        unsent_.clear();
    } else {
        status_.clear();
    }
}

void Notify::finish() {
    if (is_heard_) tell(has_been_ready() ? "STOPPING=1\n" : "READY=1\nSTOPPING=1\n");
}

std::string Notify::enter(Phase phase) {
    const auto before = phase_;
    phase_ = phase;
    switch (phase) {
        case Phase::Starting:
            return "STATUS=starting\n";
        case Phase::Running:
            return "READY=1\n";
        case Phase::Replacing:
            return fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n", monotonic_usec());
        case Phase::Draining:
            // Report READY=1 first in two cases. A small source may be drained before the pipeline was seen
            // running. And during a reload (Replacing) the manager would not recognise STOPPING=1; READY=1
            // ends the reload.
            return before && *before == Phase::Running ? "STOPPING=1\n" : "READY=1\nSTOPPING=1\n";
    }
    return {};
}

// Returns the line STATUS=...; empty if the status has not changed since the last one that was sent.
std::string Notify::renewed_status(Phase phase, TimePoint now) {
    const std::uint64_t durable = storage_.durable();
    const double seconds = std::chrono::duration<double>(now - counted_at_).count();
    // Keep the last rate until half an interval has passed: over a shorter time it would be inexact.
    if (seconds >= std::chrono::duration<double>(interval_).count() / 2) {
        per_second_ = static_cast<double>(durable - counted_) / seconds;
        counted_at_ = now;
        counted_ = durable;
    }
    const char* const prefix = phase == Phase::Draining    ? "draining: "
                               : phase == Phase::Replacing ? "replacing consumers: "
                                                           : "";
    std::string text = prefix + status(storage_.totals(), ring_.tail() - durable, per_second_);
    if (const std::string why = trouble(metrics_, storage_.tail() != durable); !why.empty())
        text = why + "; " + text;
    if (text == status_) return {};
    status_ = std::move(text);
    return "STATUS=" + status_ + "\n";
}

std::string Notify::status(const Totals& totals, std::uint64_t in_flight, double per_second) {
    return fmt::format("{:.0f}/s, {} in flight; {} booked, {} rejected, {} failed, {} waiting, {} duplicates",
                       per_second, in_flight, totals.booked, totals.rejected, totals.failed,
                       totals.still_waiting(), totals.duplicates);
}

std::string Notify::trouble(const MetricsArea& metrics, bool has_unstored) {
    const LedgerMetrics& ledger = metrics.ledger;
    if (has_unstored && ledger.failing_since_ns.load(std::memory_order_acquire) != 0)
        return safe_line(ledger.error.load());
    if (metrics.source.state.load(std::memory_order_acquire) != static_cast<std::uint32_t>(SourceState::Fine))
        return safe_line(metrics.source.sentence.load());
    return metrics.supervisor.paused.load(std::memory_order_relaxed) != 0 ? "the source is paused" : "";
}

bool are_at_work(const Children& children, const Ring& ring) noexcept {
    const auto all = children.all();
    return std::all_of(all.begin(), all.end(), [&](const Child& child) {
        if (child.state == Child::State::Done) return true;
        const auto& process = child.role == Child::Role::Producer ? ring.area().producer_process
                                                                  : ring.area().hands[child.place].process;
        return child.state == Child::State::Running &&
               child.process.is_named_by(process.load(std::memory_order_relaxed));
    });
}

void notify_waiting(std::chrono::nanoseconds longest, const std::string& status) {
    if (has_service_manager()) {
        static_cast<void>(tell_service_manager(extend_timeout(longest) + "STATUS=" + status + "\n"));
    }
}

}  // namespace pipeline
