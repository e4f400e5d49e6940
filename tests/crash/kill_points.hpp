// SPDX-License-Identifier: Apache-2.0
// Real kills at chosen instructions. A process steps through an action by the processor's trap flag and notes
// each instruction; of those that are met again with the same shared memory (loops that look and do not
// write) one is enough. Then, for each point, another process runs up to it and kills itself there with
// SIGKILL: the kernel, not the test, marks its locks and wakes who waits for them.
//
// To be quick it runs at full speed. The memory is read-only, each store faults and is let through alone (as
// in store_tracer.hpp); after the last one before the point a breakpoint is planted there. x86-64 only.
#pragma once

#include <cstdint>
#include <functional>
#include <set>

#include "tests/crash/world.hpp"

namespace pipeline::test {

// A moment of an action: before the instruction at `address`, when shared memory has changed `changes` times.
struct KillPoint {
    std::uint64_t changes;
    std::uint64_t address;
    bool operator<(const KillPoint& other) const noexcept {
        return changes != other.changes ? changes < other.changes : address < other.address;
    }
};

struct KillPoints {
    std::uint64_t instructions = 0;  // of the action
    std::set<KillPoint> points;
};

// Runs the action in a forked process; the world is as it was afterwards. Throws std::runtime_error if it
// does not run to its end.
[[nodiscard]] KillPoints find_kill_points(World& world, const std::function<void()>& action);

// Runs the action in a forked process up to the point and kills it there; returns when it is dead. False if
// it did not pass there: an allocation may go another way than in the process that was stepped through.
[[nodiscard]] bool kill_at(World& world, const std::function<void()>& action, KillPoint point);

}  // namespace pipeline::test
