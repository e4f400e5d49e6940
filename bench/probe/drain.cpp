// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bench/probe/questions.hpp"
#include "bench/probe/waiting.hpp"

namespace pipeline::bench {

std::string drain(const Measure& measure) {
    Pipeline pipeline(measure.supervisor, measure.options);
    const RingView ring = pipeline.segments().ring();
    wait_until("the ring is full",
               [&] { return ring.tail() - ring.head() >= ring.capacity() * std::uint64_t{9} / 10; });
    const std::uint64_t in_flight = pipeline.segments().in_flight();
    const std::uint64_t began = monotonic_ns();
    pipeline.stop();
    pipeline.wait();
    return fmt::format(R"("in_flight":{},"drain_ms":{:.3f})", in_flight,
                       static_cast<double>(monotonic_ns() - began) / 1e6);
}

}  // namespace pipeline::bench
