// SPDX-License-Identifier: Apache-2.0
// What one measurement of a peer does. All peer programs take the same options.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace pipeline::bench {

struct Settings {
    std::string peer;            // the program's own name, for the result
    unsigned consumers = 1;      // processes (or threads) that receive
    std::size_t batch = 1;       // items sent or received in one operation, where the peer can
    std::size_t id_bytes = 36;   // length of every id: that of a UUID, unless something else is asked for
    std::size_t body_bytes = 0;  // length of every body; 0: the items have none
    bool store = false;          // append what was received to a storage in shared memory, under its lock
    std::chrono::milliseconds duration{400};
    // Not zero: one item in each such interval, and what is measured is how long each takes.
    std::chrono::microseconds pace{0};
};

inline constexpr std::size_t kMaxBatchItems = 256;
inline constexpr unsigned kMaxReceivers = 64;
inline constexpr std::size_t kQueueItems = 16'384;  // what waits at most, as in the pipeline's ring

inline constexpr std::size_t kMaxBodyBytes = std::size_t{8} << 20U;

enum class Carries { Ids, Bodies };

// Reads the options --batch and --milliseconds; --consumers, --id-bytes, --store and --pace-us if the peer
// carries ids, and --body-bytes if it carries bodies. Ends the program with status 64 if they are wrong.
[[nodiscard]] Settings parse_settings(int argc, char** argv, Carries carries = Carries::Ids);

}  // namespace pipeline::bench
