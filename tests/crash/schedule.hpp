// SPDX-License-Identifier: Apache-2.0
// A run of the small world, action by action, that brings every operation into its interesting states:
// empty, partly full, full, wrapped around, filled at once, hands half saved, records durable and not yet
// released.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/crash/world.hpp"

namespace pipeline::test {

struct Action {
    std::string name;
    std::function<void(World&)> act;
};

[[nodiscard]] inline Action produce(std::size_t most) {
    return {"produce " + std::to_string(most),
            [most](World& world) { static_cast<void>(world.produce(most)); }};
}
[[nodiscard]] inline Action consume(std::size_t place, std::size_t most) {
    return {"consume at place " + std::to_string(place),
            [place, most](World& world) { static_cast<void>(world.consume(place, most)); }};
}
[[nodiscard]] inline Action leave(std::size_t place) {
    return {"leave place " + std::to_string(place), [place](World& world) { world.leave(place); }};
}
[[nodiscard]] inline Action flush() {
    return {"flush", [](World& world) { static_cast<void>(world.flush()); }};
}
[[nodiscard]] inline Action release() {
    return {"release", [](World& world) { static_cast<void>(world.release()); }};
}
[[nodiscard]] inline Action close() {
    return {"close", [](World& world) { world.close(); }};
}

[[nodiscard]] inline std::vector<Action> schedule() {
    return {
        produce(3),    consume(0, 2), consume(1, 1), produce(3),    consume(1, 1), consume(0, 2),
        consume(0, 2), flush(),       consume(1, 2), consume(0, 2), release(),     produce(9),
        consume(1, 2), consume(2, 1), consume(0, 3), flush(),       release(),     consume(0, 3),
        consume(2, 1), flush(),       produce(2),    release(),     produce(2),    consume(1, 2),
        consume(1, 2), consume(0, 1), consume(0, 1), flush(),       release(),     produce(3),
        produce(1),    consume(2, 4), leave(2),      leave(1),      consume(2, 4), close(),
    };
}

// What may happen first after a kill. The order matters: another one than the dead process's successor may
// come first, and a recovery that relies on its own order is wrong.
[[nodiscard]] inline std::vector<std::vector<Action>> recoveries() {
    return {
        {consume(0, 2), consume(1, 2), flush(), produce(2)},
        {consume(1, 2), consume(0, 2), produce(2), flush()},
        {produce(2), consume(2, 2), flush(), release()},
        {flush(), release(), produce(2), consume(2, 2)},
        {consume(2, 2), consume(2, 2), consume(1, 2), consume(0, 2)},
    };
}

}  // namespace pipeline::test
