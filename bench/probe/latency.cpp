// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/prctl.h>

#include "bench/probe/arrivals.hpp"
#include "bench/probe/quantiles.hpp"
#include "bench/probe/questions.hpp"
#include "bench/probe/waiting.hpp"

namespace pipeline::bench {

// An open loop: the ids come at a fixed rate, whatever the pipeline does, and the producer acquires them as
// soon as it can. So an invoice's wait for others counts. The probe sees from outside when a flush has become
// durable, within about a tenth of a millisecond.
std::string latency(const Measure& measure) {
    ::prctl(PR_SET_TIMERSLACK, 1);
    Arrivals arrivals(measure.count);
    std::vector<std::string> options{"--source", "lines:-"};
    options.insert(options.end(), measure.options.begin(), measure.options.end());
    Pipeline pipeline(measure.supervisor, options, arrivals.fd());
    arrivals.begin();
    const StorageView storage = pipeline.segments().storage();
    wait_until("something is durable", [&] { return storage.durable() > 0; });
    sleep_for(std::chrono::milliseconds(200));
    Quantiles saved;
    Quantiles durable;
    const std::uint64_t began = monotonic_ns();
    const std::uint64_t until =
        began + static_cast<std::uint64_t>(std::chrono::nanoseconds(measure.duration).count());
    for (std::uint64_t seen = storage.durable(); monotonic_ns() < until;) {
        sleep_for(std::chrono::microseconds(50));
        const std::uint64_t now_durable = storage.durable();
        const std::uint64_t now = monotonic_ns();
        if (now_durable - seen > storage.capacity()) {
            throw std::runtime_error("records were overwritten before they were seen: give a lower rate");
        }
        for (; seen < now_durable; ++seen) {
            const Record& record = storage.record(seen);
            saved.add(record.saved_ns - record.acquired_ns);
            durable.add(now - record.acquired_ns);
        }
    }
    pipeline.stop();
    pipeline.wait();
    return fmt::format(R"("items":{},"rate":{:.1f},{},{})", durable.count(),
                       static_cast<double>(durable.count()) * 1e9 / static_cast<double>(until - began),
                       saved.json("saved"), durable.json("durable"));
}

}  // namespace pipeline::bench
