// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bench/probe/questions.hpp"
#include "bench/probe/usage.hpp"
#include "bench/probe/waiting.hpp"

namespace pipeline::bench {

std::string idle(const Measure& measure) {
    Pipeline pipeline(measure.supervisor, measure.options);
    const RingView ring = pipeline.segments().ring();
    const StorageView storage = pipeline.segments().storage();
    wait_until("the source is used up",
               [&] { return ring.area().exhausted.load() != 0 && storage.released() == ring.tail(); });
    // All have gone to sleep, and have found nothing to do often enough to sleep longer.
    sleep_for(std::chrono::seconds(4));
    const auto children = pipeline.children();
    const std::vector<pid_t> supervisor{pipeline.supervisor()};
    const Usage children_before = usage_of(children);
    const Usage supervisor_before = usage_of(supervisor);
    const std::uint64_t began = monotonic_ns();
    sleep_for(measure.duration);
    const double seconds = static_cast<double>(monotonic_ns() - began) / 1e9;
    const Usage used_by_children = usage_of(children) - children_before;
    const Usage used_by_supervisor = usage_of(supervisor) - supervisor_before;
    pipeline.stop();
    pipeline.wait();
    const auto per_second = [seconds](std::uint64_t ns) { return static_cast<double>(ns) / 1e6 / seconds; };
    return fmt::format(
        R"("seconds":{:.3f},"children_ms_per_s":{:.4f},"supervisor_ms_per_s":{:.4f},"all_ms_per_s":{:.4f},)"
        R"("wakeups_per_s":{:.2f})",
        seconds, per_second(used_by_children.processor_ns), per_second(used_by_supervisor.processor_ns),
        per_second(used_by_children.processor_ns + used_by_supervisor.processor_ns),
        static_cast<double>(used_by_children.switches + used_by_supervisor.switches) / seconds);
}

}  // namespace pipeline::bench
