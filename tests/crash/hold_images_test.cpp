// SPDX-License-Identifier: Apache-2.0
// What a kill leaves of a hold of the source, after every store of every operation on it, from every state
// that operations lead to. Its words depend on nothing else and no lock covers them, so whatever is left must
// do: the next success ends it, the next failures begin it, one invoice can be let through, and it can be
// given up.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <set>
#include <tuple>
#include <vector>

#include "common/core/pace/hold.hpp"
#include "tests/crash/store_tracer.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint32_t kAfter = 2;  // --hold-after

using Image = std::vector<std::byte>;
using Operation = std::function<void(Hold)>;

const std::vector<Operation>& operations() {
    static const std::vector<Operation> all{
        [](Hold hold) { static_cast<void>(hold.note_failure(1, kAfter)); },
        [](Hold hold) { static_cast<void>(hold.note_failure(2, kAfter)); },
        [](Hold hold) { static_cast<void>(hold.begin()); },
        [](Hold hold) { hold.note_success(); },
        [](Hold hold) { hold.let_through(7); },
        [](Hold hold) { hold.give_up(); },
    };
    return all;
}

HoldArea& area(World& world) {
    return world.ring().area().hold;
}

// The state without the time when the hold began; a few failures more than are needed are as good as many.
auto state(World& world) {
    const HoldArea& hold = area(world);
    constexpr unsigned kHashBits = 48;
    const std::uint64_t failures = hold.failures.load();
    return std::tuple(hold.failed[0].load(), std::min<std::uint64_t>(failures >> kHashBits, kAfter + 1),
                      failures << (64 - kHashBits), hold.since_ns.load() != 0, hold.tried.load(),
                      hold.is_given_up.load());
}

void fail_often(Hold hold) {
    for (std::uint64_t invoice = 10; invoice < 10 + kAfter; ++invoice)
        static_cast<void>(hold.note_failure(invoice, kAfter));
}

void verify(World& world, const Image& image) {
    const auto from_here = [&]() {
        world.restore(image);
        return Hold(area(world));
    };
    Hold hold = from_here();
    hold.note_success();
    CHECK_FALSE(hold.is_on());
    CHECK(hold.lets_through(3));
    CHECK(area(world).failures.load() == 0);
    CHECK(area(world).is_given_up.load() == 0);
    fail_often(hold);
    CHECK(hold.is_on());
    CHECK_FALSE(hold.lets_through(3));

    hold = from_here();
    const bool is_given_up = area(world).is_given_up.load() != 0;
    const bool was_on = hold.is_on();
    fail_often(hold);
    CHECK(hold.is_on() == (was_on || !is_given_up));
    if (hold.is_on()) {
        hold.let_through(3);
        CHECK(hold.lets_through(3));
        CHECK_FALSE(hold.lets_through(4));
    }

    hold = from_here();
    hold.give_up();
    fail_often(hold);
    CHECK_FALSE(hold.is_on());
}

}  // namespace

TEST_CASE("a kill within a hold leaves one that begins and ends as any other", "[crash]") {
    World world;
    world.reset();
    std::set<decltype(state(world))> seen{state(world)};
    std::deque<Image> to_do{world.image()};
    std::size_t kills = 0;
    for (; !to_do.empty(); to_do.pop_front()) {
        for (const Operation& operation : operations()) {
            world.restore(to_do.front());
            const TracedStores traced = trace_stores(world, [&] { operation(Hold(area(world))); });
            for (const Image& image : traced.images) {
                ++kills;
                world.restore(image);
                if (!seen.insert(state(world)).second) continue;
                to_do.push_back(image);
                verify(world, image);
            }
        }
    }
    fmt::print("kills within a hold: {} images, {} states of a hold: each begins and ends\n", kills,
               seen.size());
    CHECK(seen.size() > 10);
}
