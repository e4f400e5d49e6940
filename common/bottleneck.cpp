// SPDX-License-Identifier: Apache-2.0
#include "common/bottleneck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pipeline {
namespace {

constexpr double kHeldBack = 0.05;    // share of its time that a producer waits for room before that is told
constexpr double kMostlyWaits = 0.5;  // share of its time in which a side is not the one that is waited for
// Consumers that have no time left fall behind, though the producer has yet to notice: the ring takes in so
// much more than they store, as a share of what it takes in.
constexpr double kNoTimeLeft = 0.05;
constexpr double kFallsBehind = 0.02;
constexpr double kMostOfBlocked =
    0.98;  // what a producer would do alone is not told from less than a 50th of its time

double mean(const std::vector<TimeShares>& consumers, double (*share)(const TimeShares&)) {
    if (consumers.empty()) return 0;
    return std::transform_reduce(consumers.begin(), consumers.end(), 0.0, std::plus<>(), share) /
           static_cast<double>(consumers.size());
}

double percent(double share) noexcept {
    return std::round(100 * share);
}

std::string about(double consumers) {
    // A hundredth of a consumer is within what is measured. What a damaged segment says may be too many for
    // an integer.
    constexpr double kMost = 1e18;
    const auto count =
        static_cast<std::uint64_t>(std::min(kMost, std::max(1.0, std::ceil(consumers - 0.01))));
    return fmt::format("about {} consumer{}", count, count == 1 ? "" : "s");
}

std::string running(std::size_t count) {
    return fmt::format("{} {} running", count, count == 1 ? "is" : "are");
}

}  // namespace

TimeShares TimeShares::between(const TimeSpent& earlier, const TimeSpent& now) noexcept {
    std::array<double, kActivities> spent{};
    double all = 0;
    for (std::size_t i = 0; i < kActivities; ++i) {
        // What is being done may turn out to have been something else: then it goes back.
        spent[i] = now.ns[i] > earlier.ns[i] ? static_cast<double>(now.ns[i] - earlier.ns[i]) : 0;
        all += spent[i];
    }
    if (all <= 0) return {};
    const auto share = [&](Activity activity) { return spent[static_cast<std::size_t>(activity)] / all; };
    return {share(Activity::Working), share(Activity::WaitingForInput), share(Activity::WaitingForRoom),
            share(Activity::Flushing)};
}

Advice advise(const Load& load) {
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

    Advice advice;
    if (load.stored != 0) {
        // The time of a consumer for an invoice, and how many invoices would come if the ring were never
        // full.
        const double service = busy * static_cast<double>(count) * seconds / static_cast<double>(load.stored);
        const double offered = acquired / seconds / (1 - std::min(held_back, kMostOfBlocked));
        advice.needed_consumers = service * offered;
    }
    const auto window = fmt::format("of the last {:.3g} s", seconds);
    const auto enough = [&] {
        return load.stored == 0
                   ? std::string()
                   : fmt::format("; {} would match it; {}", about(advice.needed_consumers), running(count));
    };
    if (load.acquired == 0 && load.stored == 0 && busy < kMostlyWaits) {
        advice.sentence =
            fmt::format("nothing to do: the source has given nothing in the last {:.3g} s", seconds);
    } else if ((held_back > kHeldBack || falls_behind) && storing > kMostlyWaits) {
        advice.bottleneck = Bottleneck::Ledger;
        advice.sentence = fmt::format(
            "the ledger is the bottleneck: consumers spent {} % {} on storing and flushing results; more of "
            "them do not help",
            percent(storing), window);
    } else if (held_back > kHeldBack) {
        advice.bottleneck = Bottleneck::Consumers;
        advice.sentence = fmt::format("consumers are the bottleneck: the producer waited {} % {}{}",
                                      percent(held_back), window, enough());
    } else if (falls_behind) {
        advice.bottleneck = Bottleneck::Consumers;
        advice.sentence = fmt::format(
            "consumers are the bottleneck: they were busy {} % {}, and the ring took in {:.0f}/s more "
            "than they stored{}",
            percent(busy), window, behind / seconds, enough());
    } else if (idle > kMostlyWaits) {
        advice.bottleneck = Bottleneck::Source;
        advice.sentence =
            fmt::format("the source is the bottleneck: consumers waited {} % {}", percent(idle), window);
        if (load.stored != 0)
            advice.sentence +=
                fmt::format("; {} would do; {}", about(advice.needed_consumers), running(count));
    } else {
        advice.sentence = fmt::format(
            "source and consumers keep pace: consumers were busy {} % {}, the producer waited for them {} %",
            percent(busy), window, percent(held_back));
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
    }
    return "nothing";
}

}  // namespace pipeline
