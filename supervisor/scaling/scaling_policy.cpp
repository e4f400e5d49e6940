// SPDX-License-Identifier: Apache-2.0
#include "supervisor/scaling/scaling_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace pipeline {
namespace {

// If a window has fewer results per consumer than this, it does not tell how long a result takes.
constexpr double kTellingPerConsumer = 4;

// Rounds up to a whole number of consumers in `range`. Ignores an excess of 0.01, a measurement error.
std::uint32_t whole(double aim, ConsumerRange range) noexcept {
    return static_cast<std::uint32_t>(std::clamp<double>(std::ceil(aim - 0.01), range.least, range.most));
}

double sum(const Load& load, double (*share)(const TimeShares&)) {
    double all = 0;
    for (const TimeShares& shares : load.consumers) all += share(shares);
    return all;
}

std::string time_text(double seconds) {
    if (seconds < 1e-3) return fmt::format("{:.3g} us", 1e6 * seconds);
    if (seconds < 1) return fmt::format("{:.3g} ms", 1e3 * seconds);
    return fmt::format("{:.3g} s", seconds);
}

}  // namespace

void ScalingPolicy::forget() noexcept {
    seen_.clear();
    trial_.reset();
}

ScalingPolicy::Window ScalingPolicy::window_of(const Load& load, std::uint64_t waiting) {
    const double seconds = std::chrono::duration<double>(load.interval).count();
    const auto count = static_cast<double>(load.consumers.size());
    const auto stored = static_cast<double>(load.stored);
    const double busy = sum(load, [](const TimeShares& shares) { return shares.busy(); });
    const double storing =
        sum(load, [](const TimeShares& shares) { return shares.waiting_for_room + shares.flushing; });
    Window window{};
    window.rate = stored / seconds;
    window.busy = count > 0 ? busy / count : 0;
    window.is_storing = count > 0 && storing / count > 0.5;
    window.is_telling = stored >= kTellingPerConsumer * std::max(count, 1.0);
    window.waiting = static_cast<double>(waiting);
    // If too little was stored to compute the need, at least the busy consumers are needed.
    const Need steady_need = window.is_telling ? need_of(load) : Need{busy, true};
    const double steady = steady_need.consumers;
    window.is_at_least = steady_need.is_at_least;
    if (window.is_telling) window.service = busy * seconds / stored;
    if (window.service > 0) window.offered = steady / window.service;
    window.need = steady + window.service * window.waiting / kBacklogSeconds;
    window.aim = std::max(window.need, steady / kTarget);
    return window;
}

std::optional<ScalingDecision> ScalingPolicy::look(std::uint32_t consumers, const Load& load,
                                                   std::uint64_t waiting) {
    const Window window = window_of(load, waiting);
    if (rest_ > 0) --rest_;
    seen_.push_back(window);
    if (seen_.size() > kDown) seen_.pop_front();
    auto decision = judge(consumers, window);
    if (!decision && !trial_ && rest_ == 0) decision = more(consumers);
    if (!decision && !trial_) decision = fewer(consumers);
    if (decision) seen_.clear();
    return decision;
}

// Judges a trial by the second window after it has added consumers: in the first one they may still start.
std::optional<ScalingDecision> ScalingPolicy::judge(std::uint32_t consumers, const Window& seen) {
    if (!trial_ || ++trial_->windows < kUp) return std::nullopt;
    const Trial trial = *std::exchange(trial_, std::nullopt);
    const double could = static_cast<double>(consumers) / static_cast<double>(trial.before);
    const double must = trial.rate_before * (1 + kWorth * (could - 1));
    const bool is_in_vain =
        trial.rate_before > 0 && seen.is_telling && seen.busy > kTooBusy && seen.rate < must;
    if (!is_in_vain) {
        next_rest_ = kFirstRest;
        return std::nullopt;
    }
    rest_ = next_rest_;
    next_rest_ = std::min(2 * next_rest_, kLastRest);
    return ScalingDecision{
        trial.before,
        fmt::format(
            "{} consumers did {:.0f}/s, {} did {:.0f}/s: more do not help, and are not tried for {} s",
            consumers, seen.rate, trial.before, trial.rate_before, rest_)};
}

std::optional<ScalingDecision> ScalingPolicy::more(std::uint32_t consumers) {
    if (seen_.size() < kUp) return std::nullopt;
    Window mean{};
    bool is_telling = true;
    for (auto window = seen_.end() - kUp; window != seen_.end(); ++window) {
        if (window->need <= kTooBusy * consumers || window->is_storing) return std::nullopt;
        mean.aim += window->aim / kUp;
        mean.waiting = window->waiting;
        mean.rate += window->rate / kUp;
        mean.offered += window->offered / kUp;
        mean.service += window->service / kUp;
        mean.is_at_least = mean.is_at_least || window->is_at_least;
        is_telling = is_telling && window->is_telling;
    }
    const std::uint32_t enough = whole(mean.aim, range_);
    const std::uint32_t wanted = std::min(enough, 2 * consumers);
    if (wanted <= consumers) return std::nullopt;
    trial_ = Trial{consumers, is_telling ? mean.rate : 0};
    std::string reason = "all of them are busy, with invoices that take long";
    if (is_telling && mean.is_at_least) {
        reason = fmt::format("the producer has to wait nearly always, {:.0f} wait, each takes a consumer {}",
                             mean.waiting, time_text(mean.service));
    } else if (is_telling) {
        reason = fmt::format("{:.0f}/s come, {:.0f} wait, each takes a consumer {}: {:.1f} are needed",
                             mean.offered, mean.waiting, time_text(mean.service), mean.aim);
    }
    if (wanted < enough) reason += ", at most doubled";
    return ScalingDecision{wanted, std::move(reason)};
}

std::optional<ScalingDecision> ScalingPolicy::fewer(std::uint32_t consumers) {
    if (seen_.size() < kDown) return std::nullopt;
    const auto greatest = std::max_element(seen_.begin(), seen_.end(),
                                           [](const Window& a, const Window& b) { return a.aim < b.aim; });
    const std::uint32_t wanted = whole(greatest->aim, range_);
    if (wanted > kFewEnough * consumers) return std::nullopt;
    return ScalingDecision{
        wanted, fmt::format("no more than {:.2g} were needed in the last {} s", greatest->aim, kDown)};
}

}  // namespace pipeline
