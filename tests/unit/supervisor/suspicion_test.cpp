// SPDX-License-Identifier: Apache-2.0
#include "supervisor/suspicion.hpp"

#include <cstdint>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Three consumers that have not been started, as an adoption finds them.
struct Three {
    MemorySegments segments{16, 16};
    Children children{Child{}, false};
    Three() {
        children.producer().role = Child::Role::Producer;
        for (std::uint16_t place = 0; place < 3; ++place) {
            Child consumer;
            consumer.place = place;
            children.add(std::move(consumer));
        }
    }
    [[nodiscard]] Hand hand(std::uint16_t place) const { return segments.ring().hand(place); }
    [[nodiscard]] Child& consumer(std::uint16_t place) { return *children.consumer(place); }
    // It holds an item, and processed it when everything was killed.
    void leave_in_work(std::uint16_t place) const {
        set_number(hand(place).item(0), place);
        hand(place).set_word({place, 1, 0});
        hand(place).begin_work(place, 0);
    }
};

}  // namespace

TEST_CASE("without a suspect everybody may start", "[suspicion]") {
    Three three;
    three.hand(1).set_word({0, 1, 0});
    Suspicion suspicion(three.children, three.segments.ring());
    suspicion.look();
    CHECK_FALSE(suspicion.is_raised());
    for (const Child& child : three.children.all()) CHECK(suspicion.may_start(child));
}

TEST_CASE("suspects are retried alone, one after the other, and everybody starts when none is left",
          "[suspicion]") {
    Three three;
    three.leave_in_work(1);
    three.leave_in_work(2);
    Suspicion suspicion(three.children, three.segments.ring());
    for (const std::uint16_t place : {std::uint16_t{1}, std::uint16_t{2}}) {
        suspicion.look();
        REQUIRE(suspicion.is_raised());
        CHECK(suspicion.may_start(three.children.producer()));
        for (const Child& child : three.children.consumers())
            CHECK(suspicion.may_start(child) == (child.place == place));
        Child& child = three.consumer(place);
        child.state = Child::State::Running;
        three.hand(place).take_over({4711, 1});
        suspicion.look();
        REQUIRE(suspicion.is_raised());
        for (const Child& other : three.children.consumers()) CHECK_FALSE(suspicion.may_start(other));
        three.hand(place).set_word({place, 1, 1});
        child.state = Child::State::Waiting;
    }
    suspicion.look();
    CHECK_FALSE(suspicion.is_raised());
    for (const Child& child : three.children.all()) CHECK(suspicion.may_start(child));
}

TEST_CASE("an invoice whose consumer's death has a known cause is no suspect", "[suspicion]") {
    Three three;
    three.leave_in_work(1);
    three.hand(1).area().death = Cause::from_wait_status(11).encode();
    Suspicion suspicion(three.children, three.segments.ring());
    suspicion.look();
    CHECK_FALSE(suspicion.is_raised());
}
