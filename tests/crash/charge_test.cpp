// SPDX-License-Identifier: Apache-2.0
// An attempt that failed outside of a consumer is charged while the consumer lives. Wherever a kill
// interrupts it, the attempt is charged exactly once, by the consumer or by its successor, and so is an
// attempt after it.
#include <fmt/format.h>

#include <vector>

#include "tests/crash/stepper.hpp"
#include "tests/crash/world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kItem = 1;

// Two attempts that fail, one after the other, as a batch has them.
void fail_twice(const Hand& hand) {
    for (int i = 0; i < 2; ++i) {
        hand.begin_work(0, kItem);
        hand.charge(kItem, Cause::ran_too_long());
    }
}

}  // namespace

TEST_CASE("a kill at any instruction of a charge leaves the attempt charged once", "[crash]") {
    World world;
    world.reset();
    const Hand hand = world.ring().hand(0);
    for (std::uint64_t i = 0; i < 3; ++i) set_number(hand.item(i), i);
    hand.set_word({0, 3, 0});
    const auto before = world.image();
    std::vector<std::vector<std::byte>> images{before};
    const auto instructions = step_through([&] { fail_twice(hand); },
                                           [&](pid_t) {
                                               if (auto now = world.image(); now != images.back())
                                                   images.push_back(std::move(now));
                                               return true;
                                           });
    // Each attempt begins, is charged and ends: three stores.
    REQUIRE(images.size() == 7);
    for (std::size_t i = 0; i < images.size(); ++i) {
        INFO("killed after store " << i);
        world.restore(images[i]);
        hand.area().death = Cause::from_wait_status(9).encode();
        const std::uint64_t work = hand.area().work;
        const auto charged = static_cast<std::uint8_t>((i + 2) / 3);
        // A successor that is killed as well, before its last store, and the next one.
        hand.take_over({4711, 1});
        CHECK(hand.deaths(kItem) == charged);
        hand.area().work = work;
        hand.area().death = Cause::from_wait_status(9).encode();
        hand.take_over({4712, 1});
        CHECK(hand.deaths(kItem) == charged);
        CHECK(hand.deaths(0) == 0);
        CHECK(hand.deaths(2) == 0);
        hand.begin_work(0, kItem);
        hand.area().death = Cause::from_wait_status(9).encode();
        hand.take_over({4713, 1});
        CHECK(hand.deaths(kItem) == charged + 1);
    }
    world.restore(before);
    fmt::print("charges: {} instructions, {} images, each attempt charged once\n", instructions,
               images.size());
}

TEST_CASE("a kill of everything charges nobody, wherever a successor is killed that learns of it",
          "[crash]") {
    World world;
    world.reset();
    const Hand hand = world.ring().hand(0);
    for (std::uint64_t k = 0; k < 3; ++k) set_number(hand.item(k), k);
    hand.set_word({0, 3, 0});
    hand.begin_work(0, kItem);
    const auto before = world.image();
    std::vector<std::vector<std::byte>> images{before};
    const auto instructions = step_through(
        [&] {
            hand.take_over({4711, 1});
        },
        [&](pid_t) {
            if (auto now = world.image(); now != images.back()) images.push_back(std::move(now));
            return true;
        });
    REQUIRE(images.size() > 2);
    for (const std::uint32_t death :
         {std::uint32_t{0}, std::uint32_t{Cause::from_wait_status(11).encode()}}) {
        // The first image is the attempt itself: a known death there is the item's.
        for (std::size_t i = death == 0 ? 0 : 1; i < images.size(); ++i) {
            INFO("killed after store " << i << ", by a death " << death);
            world.restore(images[i]);
            const bool is_marked = hand.is_suspect(kItem);
            if (death != 0 && !is_marked) continue;
            hand.area().death = death;
            hand.take_over({4712, 1});
            CHECK(hand.deaths(kItem) == 0);
            CHECK(hand.is_suspect(kItem));
            CHECK_FALSE(hand.at_work());
            // It is alone now: a second death without a cause is its doing, once.
            hand.begin_work(0, kItem);
            const std::uint64_t work = hand.area().work;
            hand.take_over({4713, 1});
            hand.area().work = work;
            hand.take_over({4714, 1});
            CHECK(hand.deaths(kItem) == 1);
        }
    }
    world.restore(before);
    fmt::print("suspects: {} instructions, {} images, nobody charged\n", instructions, images.size());
}
