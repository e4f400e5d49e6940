// SPDX-License-Identifier: Apache-2.0
// Runs a function in a forked process and gives what is in the world's memory after each store into it.
// Between two stores nothing that is shared changes, so these are all the states that a kill can leave, found
// twenty times faster than by stepping through every instruction (which stepper.hpp does, as the proof).
//
// The memory is made read-only; a store faults, is let through alone (the processor's trap flag), and the
// memory is made read-only again. x86-64 only.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <vector>

#include "tests/crash/world.hpp"

namespace pipeline::test {

struct TracedStores {
    pid_t pid = 0;                               // of the process that made them
    std::vector<std::vector<std::byte>> images;  // before the first store, and after each
};

// Leaves the world as the action has left it. Throws std::runtime_error if the action does not run to its
// end.
[[nodiscard]] TracedStores trace_stores(World& world, const std::function<void()>& action);

}  // namespace pipeline::test
