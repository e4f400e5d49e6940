// SPDX-License-Identifier: Apache-2.0
// What a measurement of a peer gave, and how it is told: one line of JSON on standard output.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <vector>

#include "bench/harness/settings.hpp"

namespace pipeline::bench {

inline constexpr std::size_t kMaxLatencies = 65'536;

struct Outcome {
    std::uint64_t items = 0;
    double seconds = 0;
    bool whole = false;                       // every item came, once, as it was sent
    std::vector<std::uint32_t> latencies_ns;  // of a paced measurement
};

// {"peer":..,"consumers":..,"batch":..,"id_bytes":..,"store":..,"whole":..,"items":..,"seconds":..,"rate":..,
//  "cpu_ns_per_item":..,"switches_per_1000":..} and, of a paced one, "p50_us", "p99_us", "p999_us", of one
//  with
// bodies "body_bytes". The processor time and the context switches are those of `whom` (getrusage(2)): the
// children that have been waited for, or itself.
void print(const Settings& settings, Outcome& outcome, int whom = RUSAGE_CHILDREN);

}  // namespace pipeline::bench
