// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bench/probe/questions.hpp"
#include "bench/probe/usage.hpp"
#include "bench/probe/waiting.hpp"

namespace pipeline::bench {
namespace {

constexpr std::chrono::milliseconds kWarmUp{150};

std::string costs(std::uint64_t items, const Usage& used, std::optional<std::uint64_t> futex_calls,
                  std::uint64_t memory) {
    const auto each = static_cast<double>(std::max<std::uint64_t>(items, 1));
    return fmt::format(
        R"("cpu_ns_per_item":{:.2f},"switches_per_1000":{:.4f},"futex_per_1000":{},"memory_bytes":{})",
        static_cast<double>(used.processor_ns) / each, static_cast<double>(used.switches) * 1000 / each,
        futex_calls ? fmt::format("{:.4f}", static_cast<double>(*futex_calls) * 1000 / each) : "null",
        memory);
}

double seconds_between(std::uint64_t began_ns, std::uint64_t ended_ns) noexcept {
    return static_cast<double>(ended_ns - began_ns) / 1e9;
}

}  // namespace

std::string throughput(const Measure& measure) {
    Pipeline pipeline(measure.supervisor, measure.options);
    const StorageView storage = pipeline.segments().storage();
    wait_until("something is durable", [&] { return storage.durable() > 0; });
    sleep_for(kWarmUp);
    const auto pids = pipeline.processes();
    const FutexCounter futex(pids);
    const Usage used_before = usage_of(pids);
    const auto calls_before = futex.calls();
    const std::uint64_t before = storage.durable();
    const std::uint64_t began = monotonic_ns();
    sleep_for(measure.duration);
    const std::uint64_t items = storage.durable() - before;
    const double seconds = seconds_between(began, monotonic_ns());
    const auto calls = futex.calls();
    const Usage used = usage_of(pids) - used_before;
    const std::uint64_t memory = memory_of(pids);
    pipeline.stop();
    pipeline.wait();
    return fmt::format(
        R"("items":{},"seconds":{:.6f},"rate":{:.1f},{})", items, seconds,
        static_cast<double>(items) / seconds,
        costs(items, used, calls ? std::optional(*calls - *calls_before) : std::nullopt, memory));
}

std::string whole_run(const Measure& measure) {
    Pipeline pipeline(measure.supervisor, measure.options);
    const RingView ring = pipeline.segments().ring();
    const StorageView storage = pipeline.segments().storage();
    wait_until("the first invoice is in the ring", [&] { return ring.tail() > 0; });
    const std::uint64_t began = monotonic_ns();
    const auto pids = pipeline.processes();
    const FutexCounter futex(pids);
    std::uint64_t durable = 0;
    std::uint64_t flushes = 0;
    Usage used;
    wait_until("all invoices are durable", [&] {
        const std::uint64_t now = storage.durable();
        if (now != durable) ++flushes;
        durable = now;
        return ring.closed() && now == ring.tail();
    });
    const std::uint64_t ended = monotonic_ns();
    used = usage_of(pids);
    const auto calls = futex.calls();
    const std::uint64_t memory = memory_of(pids);
    pipeline.wait();
    const double seconds = seconds_between(began, ended);
    return fmt::format(
        R"("items":{},"seconds":{:.6f},"rate":{:.1f},"batch":{:.0f},{})", durable, seconds,
        static_cast<double>(durable) / seconds,
        static_cast<double>(durable) / static_cast<double>(std::max<std::uint64_t>(flushes, 1)),
        costs(durable, used, calls, memory));
}

}  // namespace pipeline::bench
