// SPDX-License-Identifier: Apache-2.0
#include "common/core/bottleneck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "common/base/plural.hpp"

namespace pipeline {
namespace {

// A producer that waits for room in the ring for more than this share of its time is held back by consumers
// or ledger.
constexpr double kHeldBack = 0.05;
// A side that waits for more than this share of its time is not the bottleneck.
constexpr double kMostlyWaits = 0.5;
// A byte area is full from this share on: padding and the size of the next body leave the rest unused.
constexpr double kBytesAreFull = 0.75;
// Consumers can be the bottleneck although the ring is not full yet and the producer need not wait. This is
// so if they are idle for less than kNoTimeLeft of their time, and the ring takes in more invoices than they
// store, by more than kFallsBehind of its intake.
constexpr double kNoTimeLeft = 0.05;
constexpr double kFallsBehind = 0.02;
// If a producer waits for room for more than this share of its time, the rest of its time is too little to
// estimate its rate.
constexpr double kMostOfBlocked = 0.98;
constexpr double kMostConsumers = kMaxPlaces;

double mean(const std::vector<TimeShares>& consumers, double (*share)(const TimeShares&)) {
    if (consumers.empty()) return 0;
    return std::transform_reduce(consumers.begin(), consumers.end(), 0.0, std::plus<>(), share) /
           static_cast<double>(consumers.size());
}

double percent(double share) noexcept {
    return std::round(100 * share);
}

// Rounds up, but ignores a hundredth of a consumer: that is within the measurement error.
std::uint64_t whole(double consumers) noexcept {
    return static_cast<std::uint64_t>(std::clamp(std::ceil(consumers - 0.01), 1.0, kMostConsumers));
}

std::string running(std::size_t count) {
    return fmt::format("{} {} running", count, verb(count, "is", "are"));
}

// Returns the end of the sentence "consumers are the bottleneck: ...".
std::string what_would_match(const Load& load, const Need& need) {
    const std::size_t count = load.consumers.size();
    if (load.stored == 0) return {};
    if (count >= kMaxPlaces) return fmt::format("; there can be no more than the {} that run", count);
    if (need.is_at_least)
        return fmt::format("; more of them would help, how many is not known yet; {}", running(count));
    if (need.consumers > kMostConsumers)
        return fmt::format("; not even {:.0f}, the most that there can be, would match it; {}",
                           kMostConsumers, running(count));
    const std::uint64_t enough = whole(need.consumers);
    if (enough <= count) return "; " + running(count);
    return fmt::format("; about {} would match it; {}", counted(enough, "consumer"), running(count));
}

std::string seconds_text(double seconds) {
    return seconds < 999.5 ? fmt::format("{:.3g} s", seconds) : fmt::format("{:.0f} s", seconds);
}

std::string rate_text(double per_second) {
    return per_second < 99.95 ? fmt::format("{:.3g}/s", per_second) : fmt::format("{:.0f}/s", per_second);
}

std::string pace_text(const Load& load, double busy, const std::string& window) {
    const auto figures = fmt::format("consumers were busy {} % {}, the producer waited for them {} %",
                                     percent(busy), window, percent(load.producer.waiting_for_room));
    if (load.waiting == 0) return "source and consumers keep pace: " + figures;
    return fmt::format("{}; {} {} in the ring", figures, counted(load.waiting, "invoice"),
                       verb(load.waiting, "waits", "wait"));
}

}  // namespace

TimeShares TimeShares::between(const TimeSpent& earlier, const TimeSpent& now) noexcept {
    std::array<double, kActivities> spent{};
    double all = 0;
    for (std::size_t i = 0; i < kActivities; ++i) {
        // A time may have become less: ActivityMeter::relabel() moves the time since enter() from one
        // activity to another.
        spent[i] = now.ns[i] > earlier.ns[i] ? static_cast<double>(now.ns[i] - earlier.ns[i]) : 0;
        all += spent[i];
    }
    if (all <= 0) return {};
    const auto share = [&](Activity activity) { return spent[static_cast<std::size_t>(activity)] / all; };
    return {share(Activity::Working), share(Activity::WaitingForInput), share(Activity::WaitingForRoom),
            share(Activity::Flushing)};
}

Need need_of(const Load& load) {
    if (load.stored == 0) return {};
    const double seconds = std::chrono::duration<double>(load.interval).count();
    const double busy = mean(load.consumers, [](const TimeShares& shares) { return shares.busy(); });
    // `service` is a consumer's time per invoice; `offered` is the rate at which invoices would come if the
    // ring were never full.
    const double service =
        busy * static_cast<double>(load.consumers.size()) * seconds / static_cast<double>(load.stored);
    const double held_back = load.producer.waiting_for_room;
    const double offered =
        static_cast<double>(load.acquired) / seconds / (1 - std::min(held_back, kMostOfBlocked));
    return {service * offered, held_back > kMostOfBlocked};
}

Advice advise(const Load& load) {
    if (!load.ledger_trouble.empty())
        return {Bottleneck::Ledger, 0,
                "the ledger is the bottleneck: it takes nothing, " + load.ledger_trouble};
    if (load.is_paused)
        return {Bottleneck::Nothing, 0,
                "the source is paused: nothing new is taken until SIGUSR2 to the supervisor"};
    const double seconds = std::chrono::duration<double>(load.interval).count();
    const std::size_t count = load.consumers.size();
    const double busy = mean(load.consumers, [](const TimeShares& shares) { return shares.busy(); });
    const double idle =
        mean(load.consumers, [](const TimeShares& shares) { return shares.waiting_for_input; });
    const double storing = mean(
        load.consumers, [](const TimeShares& shares) { return shares.waiting_for_room + shares.flushing; });
    const double held_back = load.producer.waiting_for_room;
    const double acquired = static_cast<double>(load.acquired);
    const double behind = acquired - static_cast<double>(load.stored);
    const bool falls_behind = count != 0 && idle < kNoTimeLeft && behind > kFallsBehind * acquired;
    const Need need = need_of(load);

    Advice advice;
    if (!need.is_at_least) advice.needed_consumers = std::min(need.consumers, kMostConsumers);
    const auto window = "of the last " + seconds_text(seconds);
    if (load.acquired == 0 && load.stored == 0 && load.waiting == 0 && busy < kMostlyWaits) {
        advice.sentence =
            fmt::format("nothing to do: the source has given nothing in the last {}", seconds_text(seconds));
    } else if ((held_back > kHeldBack || falls_behind) && storing > kMostlyWaits) {
        advice.bottleneck = Bottleneck::Ledger;
        advice.sentence = fmt::format(
            "the ledger is the bottleneck: consumers spent {} % {} on storing and flushing results; more of "
            "them do not help",
            percent(storing), window);
    } else if (held_back > kHeldBack && load.bytes_share > kBytesAreFull && idle > kMostlyWaits) {
        advice.bottleneck = Bottleneck::Bytes;
        advice.sentence = fmt::format(
            "the ring's bytes are the bottleneck: {} % of them are in use, the producer waited for some {} % "
            "{}, "
            "and consumers had time left; a slow invoice holds the bytes behind it: raise --body-capacity",
            percent(load.bytes_share), percent(held_back), window);
    } else if (held_back > kHeldBack) {
        advice.bottleneck = Bottleneck::Consumers;
        advice.sentence = fmt::format("consumers are the bottleneck: the producer waited {} % {}{}",
                                      percent(held_back), window, what_would_match(load, need));
    } else if (falls_behind) {
        advice.bottleneck = Bottleneck::Consumers;
        advice.sentence = fmt::format(
            "consumers are the bottleneck: they were busy {} % {}, and the ring took in {} more than they "
            "stored{}",
            percent(busy), window, rate_text(behind / seconds), what_would_match(load, need));
    } else if (idle > kMostlyWaits) {
        advice.bottleneck = Bottleneck::Source;
        advice.sentence =
            fmt::format("the source is the bottleneck: consumers waited {} % {}", percent(idle), window);
        if (load.stored != 0)
            advice.sentence += fmt::format("; about {} would do; {}",
                                           counted(whole(need.consumers), "consumer"), running(count));
    } else {
        advice.sentence = pace_text(load, busy, window);
    }
    return advice;
}

const char* to_text(Bottleneck bottleneck) noexcept {
    switch (bottleneck) {
        case Bottleneck::Nothing:
            break;
        case Bottleneck::Source:
            return "source";
        case Bottleneck::Consumers:
            return "consumers";
        case Bottleneck::Ledger:
            return "ledger";
        case Bottleneck::Bytes:
            return "bytes";
    }
    return "nothing";
}

}  // namespace pipeline
