// SPDX-License-Identifier: Apache-2.0
#include "supervisor/steering.hpp"

#include <signal.h>

#include <algorithm>

#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/os/signals.hpp"

namespace pipeline {
namespace {

using std::chrono::steady_clock;

}  // namespace

Steering::Steering(const Options& options, const Segments& segments, const Children& children, Pool& pool,
                   Drain& drain, Progress& progress, Reload& reload)
    : options_(options),
      segments_(segments),
      children_(children),
      metrics_(segments.metrics().supervisor),
      pool_(pool),
      drain_(drain),
      progress_(progress),
      reload_(reload) {
    metrics_.paused.store(0, std::memory_order_relaxed);
    want(options_.consumers.least);
    if (options_.consumers.is_live())
        scaler_.emplace(options_.consumers, segments, children, steady_clock::now());
}

void Steering::obey(const signalfd_siginfo& signal) {
    progress_.clear();
    switch (signal.ssi_signo) {
        case SIGTTIN:
            return resize("SIGTTIN", 1);
        case SIGTTOU:
            return resize("SIGTTOU", -1);
        case SIGUSR1:
            return pause("SIGUSR1", true);
        case SIGUSR2:
            return pause("SIGUSR2", false);
        case SIGHUP:
            // If a process has sent the SIGHUP, reload. If the kernel has sent it, the
            // terminal is closed: drain, unless nohup(1) has started this program.
            if (signal.ssi_code != SI_KERNEL) return reload();
            if (!is_ignored(SIGHUP)) stop("SIGHUP, the terminal is gone");
            return;
        case SIGINT:
            return stop("SIGINT");
        default:
            return stop("SIGTERM");
    }
}

void Steering::stop(const char* cause) {
    // Count only the signals, not whether a drain has begun: a run may drain by itself, and the first signal
    // must not cut that drain short.
    switch (stop_wish_.signalled(steady_clock::now())) {
        case StopWish::Means::Nothing:
            return;
        case StopWish::Means::Drain:
            drain_.begin(cause, true);
            break;
        case StopWish::Means::Leave:
            drain_.leave("a second signal");
            break;
        case StopWish::Means::CutShort:
            log(LogLevel::Warning, "a third signal: killing what still runs");
            drain_.cut_short();
            break;
    }
    stop_wish_.obeyed(steady_clock::now());
}

// Sets the number of wanted consumers, and publishes it in the metrics.
void Steering::want(std::uint32_t consumers) {
    pool_.want(consumers, steady_clock::now());
    metrics_.consumers.store(consumers, std::memory_order_relaxed);
    const ConsumerRange may =
        options_.consumers.is_live() ? options_.consumers : ConsumerRange{consumers, consumers};
    metrics_.least.store(may.least, std::memory_order_relaxed);
    metrics_.most.store(may.most, std::memory_order_relaxed);
}

void Steering::resize(const char* cause, int by) {
    if (drain_.has_begun())
        return log(LogLevel::Notice, "{}: draining, the consumers stay as they are", cause);
    const ConsumerRange may =
        options_.consumers.is_live() ? options_.consumers : ConsumerRange{1, kMaxPlaces};
    const std::uint32_t before = pool_.wanted();
    const auto wanted =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(std::int64_t{before} + by, may.least, may.most));
    if (wanted == before)
        return log(LogLevel::Notice, "{}: consumers stay at {}, of {}", cause, before, may.text());
    want(wanted);
    if (scaler_) scaler_->forget();
    log(LogLevel::Notice, "{}: consumers {} -> {}", cause, before, wanted);
}

// Carries out the scaler's decision, if it has made one.
void Steering::scale(TimePoint now) {
    if (!scaler_ || drain_.has_begun()) return;
    const std::uint32_t before = pool_.wanted();
    const auto decision = scaler_->look(now, before);
    if (!decision) return;
    want(decision->consumers);
    progress_.clear();
    log(LogLevel::Notice, "scaling: consumers {} -> {}: {}", before, decision->consumers, decision->reason);
}

// Reads the configuration again, and replaces all consumers. Does neither if the configuration is wrong.
void Steering::reload() {
    if (drain_.has_begun()) return log(LogLevel::Notice, "SIGHUP: draining, the consumers stay as they are");
    const std::string range = options_.consumers.text();
    if (!reload_.read_again()) return;
    if (options_.consumers.text() != range) set_range();
    log(LogLevel::Notice, "SIGHUP: replacing {}, one after the other", counted(pool_.wanted(), "consumer"));
    pool_.replace_all();
}

// Takes another value of --consumers. Within a range, as many stay as the range allows.
void Steering::set_range() {
    const ConsumerRange range = options_.consumers;
    scaler_.reset();
    if (range.is_live()) scaler_.emplace(range, segments_, children_, steady_clock::now());
    want(range.is_live() ? std::clamp(pool_.wanted(), range.least, range.most) : range.least);
}

// Pauses the source, or lets it go on. During a pause, consumers still process the items in the ring.
void Steering::pause(const char* cause, bool on) {
    if (drain_.has_begun()) return log(LogLevel::Notice, "{}: draining, the source has been stopped", cause);
    Ring ring = segments_.ring();
    const bool was = ring.paused();
    ring.area().paused.store(on ? 1 : 0, std::memory_order_release);
    metrics_.paused.store(on ? 1 : 0, std::memory_order_relaxed);
    ring.wake_all();
    log(LogLevel::Notice, "{}: the source is {}{}, {} in flight", cause, was == on ? "already " : "",
        on ? "paused" : "taken from", segments_.in_flight());
}

std::optional<Steering::TimePoint> Steering::next() const noexcept {
    if (!scaler_ || drain_.has_begun()) return std::nullopt;
    return scaler_->next();
}

}  // namespace pipeline
