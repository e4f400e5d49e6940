// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <vector>

#include "bench/probe/questions.hpp"
#include "bench/probe/usage.hpp"
#include "bench/probe/waiting.hpp"
#include "common/base/clock.hpp"
#include "common/core/bottleneck.hpp"
#include "common/core/metrics.hpp"

namespace pipeline::bench {
namespace {

constexpr std::chrono::milliseconds kWarmUp{150};
constexpr std::chrono::milliseconds kLook{5};

// All that is compared, at one moment.
struct Seen {
    Usage used;  // of processes that live
    std::uint64_t durable = 0;
    Histogram until_durable;
    TimeSpent producer;
    std::vector<TimeSpent> consumers;  // of the places that have one

    static Seen now(const Pipeline& pipeline) {
        const SegmentsView& segments = pipeline.segments();
        const MetricsArea& metrics = segments.metrics();
        const std::uint64_t now_ns = monotonic_ns();
        Seen seen{usage_of(pipeline.processes()),
                  segments.storage().durable(),
                  Histogram(metrics.until_durable),
                  TimeSpent::of(metrics.producer.activity, true, now_ns),
                  {}};
        for (std::size_t place = 0; place < kMaxPlaces; ++place) {
            if (segments.ring().area().hands[place].process != 0)
                seen.consumers.push_back(TimeSpent::of(metrics.places[place].activity, true, now_ns));
        }
        return seen;
    }
};

double milliseconds_of(std::uint64_t ns) noexcept {
    return static_cast<double>(ns) / 1e6;
}

}  // namespace

// The figures are the pipeline's own, and the processors are left to the workload. A source that ends is
// measured from its first invoice to its last one, if that is earlier than the end of the window.
std::string load(const Measure& measure) {
    Measure quick = measure;
    quick.options.insert(quick.options.end(), {"--drain-timeout", "1ms"});  // what is left is of no use
    Pipeline pipeline(quick.supervisor, quick.options);
    const SegmentsView& segments = pipeline.segments();
    const RingView ring = segments.ring();
    const StorageView storage = segments.storage();
    const auto has_ended = [&] { return ring.area().exhausted != 0 && storage.durable() == ring.tail(); };
    wait_until("the first invoice is in the ring", [&] { return ring.tail() > 0; });
    std::uint64_t began = monotonic_ns();
    Seen before;
    wait_until("something is durable", [&] { return storage.durable() > 0; });
    if (ring.area().expected == 0 && ring.area().exhausted == 0) {
        sleep_for(kWarmUp);
        before = Seen::now(pipeline);
        began = monotonic_ns();
    }
    const std::uint64_t until =
        monotonic_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds(measure.duration).count());
    while (monotonic_ns() < until && !has_ended()) sleep_for(kLook);
    const double seconds = static_cast<double>(monotonic_ns() - began) / 1e9;
    const Seen after = Seen::now(pipeline);
    pipeline.abandon();

    const std::uint64_t items = after.durable - before.durable;
    const Histogram latency = after.until_durable.since(before.until_durable);
    double busy = 0;
    double storing = 0;
    for (std::size_t i = 0; i < after.consumers.size(); ++i) {
        const TimeSpent earlier = i < before.consumers.size() ? before.consumers[i] : TimeSpent{};
        const TimeShares shares = TimeShares::between(earlier, after.consumers[i]);
        busy += shares.busy() / static_cast<double>(after.consumers.size());
        storing += (shares.waiting_for_room + shares.flushing) / static_cast<double>(after.consumers.size());
    }
    const double held_back = TimeShares::between(before.producer, after.producer).waiting_for_room;
    return fmt::format(
        R"("items":{},"seconds":{:.6f},"rate":{:.2f},"processors":{:.3f},"durable_p50_ms":{:.4f},)"
        R"("durable_p99_ms":{:.4f},"busy":{:.4f},"storing":{:.4f},"held_back":{:.4f})",
        items, seconds, static_cast<double>(items) / seconds,
        static_cast<double>((after.used - before.used).processor_ns) / 1e9 / seconds,
        milliseconds_of(latency.quantile(0.5)), milliseconds_of(latency.quantile(0.99)), busy, storing,
        held_back);
}

}  // namespace pipeline::bench
