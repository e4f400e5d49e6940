// SPDX-License-Identifier: Apache-2.0
// The questions about a running pipeline, and about the machine that it runs on. Each answer is one line of
// JSON without its outer braces; each throws std::runtime_error if the pipeline does not do what it should.
#pragma once

#include <chrono>
#include <string>

#include "bench/probe/pipeline.hpp"

namespace pipeline::bench {

struct Measure {
    std::filesystem::path supervisor;
    std::vector<std::string> options;  // of the supervisor
    std::chrono::milliseconds duration{500};
    std::size_t count = 100;  // kills, or ids a second
};

// Durable invoices a second in a window of time, and what they cost; of a source without end.
[[nodiscard]] std::string throughput(const Measure& measure);
// The same of a source that ends, with --once: from the first invoice in the ring to the last that is
// durable.
[[nodiscard]] std::string whole_run(const Measure& measure);
// Durable invoices a second, processors in use, time until durable, and what the processes spent their time
// on; of any source and processor.
[[nodiscard]] std::string load(const Measure& measure);
// From acquisition to storage, and to durability, of each invoice in a window of time, while `count` ids
// come a second. The options say no source.
[[nodiscard]] std::string latency(const Measure& measure);
// The use of processors by all processes together while there is nothing to do.
[[nodiscard]] std::string idle(const Measure& measure);
// From the SIGKILL of a consumer that has an invoice in work until its successor has one.
[[nodiscard]] std::string recovery(const Measure& measure);
// From SIGTERM, with a full ring, to the supervisor's end.
[[nodiscard]] std::string drain(const Measure& measure);
// The time that a cache line takes from one processor of the machine to another; runs no pipeline.
[[nodiscard]] std::string distance(const Measure& measure);

}  // namespace pipeline::bench
