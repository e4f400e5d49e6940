// SPDX-License-Identifier: Apache-2.0
// Items on their way through a ring and a storage in ordinary memory: 1, 2, 3, ... are pushed, claimed and
// saved a few at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

namespace pipeline::test {

struct MemoryPipeline {
    explicit MemoryPipeline(std::uint32_t ring_capacity = 16, std::uint32_t storage_capacity = 16)
        : segments(ring_capacity, storage_capacity) {}

    void push(std::size_t count, std::uint64_t acquired_ns = 0) {
        std::vector<Item> items(count);
        for (auto& item : items) {
            set_number(item, next++);
            item.acquired_ns = acquired_ns;
        }
        REQUIRE(ring.push(items).count == count);
    }
    void claim(std::size_t place, std::size_t count) {
        REQUIRE(ring.claim(ring.hand(place), count, std::chrono::nanoseconds(0)) ==
                Ring::ClaimOutcome::Claimed);
    }
    // As booked.
    void save(std::size_t place, std::size_t count) {
        const std::vector<Finding> findings(count);
        REQUIRE(storage.save(ring.hand(place), findings) == count);
    }

    MemorySegments segments;
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    std::uint64_t next = 1;  // the number of the next item that is pushed
};

}  // namespace pipeline::test
