// SPDX-License-Identifier: Apache-2.0
// The same question as in kill_images_test.cpp, asked of the kernel: processes really die, by SIGKILL, at
// every instruction of every operation, and others recover from what is left, in one order of recovery after
// the other.
#include <fmt/format.h>

#include "tests/crash/kill_points.hpp"
#include "tests/crash/schedule.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline::test;

TEST_CASE("a process that really dies at any instruction of an operation loses nothing and doubles nothing",
          "[crash]") {
    World world;
    const auto actions = schedule();
    const auto orders = recoveries();
    for (const auto& action : actions)
        action.act(world);  // what is done once in a process is done before it is forked
    const std::size_t every = one_in(3);
    std::uint64_t operations = 0;
    std::uint64_t instructions = 0;
    std::uint64_t kills = 0;
    std::uint64_t missed = 0;
    for (std::size_t victim = every == 1 ? 0 : 1; victim < actions.size(); victim += every) {
        world.reset();
        for (std::size_t i = 0; i < victim; ++i) actions[i].act(world);
        const auto before = world.image();
        const KillPoints found = find_kill_points(world, [&] { actions[victim].act(world); });
        ++operations;
        instructions += found.instructions;
        for (const KillPoint point : found.points) {
            world.restore(before);
            if (!kill_at(
                    world, [&] { actions[victim].act(world); }, point)) {
                ++missed;
                continue;
            }
            world.ring().reopen();
            const auto& recovery = orders[kills % orders.size()];
            for (const auto& action : recovery) action.act(world);
            const std::string wrong = world.finish_and_verify();
            if (!wrong.empty()) {
                FAIL("killed in action " << victim << " (" << actions[victim].name << ") at address "
                                         << point.address << " after change " << point.changes << ", then "
                                         << recovery.front().name << " first: " << wrong);
            }
            ++kills;
        }
    }
    fmt::print(
        "real kills: {} operations, {} instructions, {} processes killed at different ones ({} were not "
        "passed "
        "again): nothing lost or doubled\n",
        operations, instructions, kills, missed);
    CHECK(kills > 20 * missed);
}
