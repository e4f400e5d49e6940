// SPDX-License-Identifier: Apache-2.0
#include "bench/harness/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pipeline::bench {
namespace {

double seconds(const timeval& time) noexcept {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double quantile_us(const std::vector<std::uint32_t>& sorted, double part) {
    const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
    return static_cast<double>(sorted[at]) / 1e3;
}

}  // namespace

void print(const Settings& settings, Outcome& outcome, int whom) {
    rusage used{};
    ::getrusage(whom, &used);
    const auto items = static_cast<double>(std::max<std::uint64_t>(outcome.items, 1));
    const double processor = seconds(used.ru_utime) + seconds(used.ru_stime);
    const auto switches = static_cast<double>(used.ru_nvcsw + used.ru_nivcsw);
    fmt::print(
        R"({{"peer":"{}","consumers":{},"batch":{},"id_bytes":{},"store":{},"whole":{},"items":{},"seconds":{:.6f},)"
        R"("rate":{:.1f},"cpu_ns_per_item":{:.2f},"switches_per_1000":{:.4f})",
        settings.peer, settings.consumers, settings.batch, settings.id_bytes, settings.store, outcome.whole,
        outcome.items, outcome.seconds,
        outcome.seconds > 0 ? static_cast<double>(outcome.items) / outcome.seconds : 0.0,
        processor * 1e9 / items, switches * 1000 / items);
    if (settings.body_bytes != 0) fmt::print(R"(,"body_bytes":{})", settings.body_bytes);
    if (!outcome.latencies_ns.empty()) {
        std::sort(outcome.latencies_ns.begin(), outcome.latencies_ns.end());
        fmt::print(R"(,"p50_us":{:.2f},"p99_us":{:.2f},"p999_us":{:.2f})",
                   quantile_us(outcome.latencies_ns, 0.5), quantile_us(outcome.latencies_ns, 0.99),
                   quantile_us(outcome.latencies_ns, 0.999));
    }
    fmt::print("}}\n");
}

}  // namespace pipeline::bench
