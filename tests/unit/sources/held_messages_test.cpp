// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/held_messages.hpp"

#include <set>

#include "tests/support/catch.hpp"

using pipeline::HeldMessages;
using namespace std::chrono_literals;

namespace {

std::multiset<std::uint64_t> due(HeldMessages& held, HeldMessages::Clock::time_point now) {
    std::multiset<std::uint64_t> all;
    while (const auto one = held.next_due(now)) all.insert(*one);
    return all;
}

using Sequences = std::multiset<std::uint64_t>;

}  // namespace

TEST_CASE("a held message is extended after each third of ack_wait", "[nats]") {
    HeldMessages held;
    held.set_ack_wait(30s);
    const HeldMessages::Clock::time_point start(1h);
    held.add(7, start);
    CHECK(held.due_at() == start + 10s);
    CHECK(due(held, start + 9s).empty());
    CHECK(due(held, start + 10s) == Sequences{7});
    CHECK(due(held, start + 19s).empty());
    CHECK(due(held, start + 21s) == Sequences{7});
}

TEST_CASE("a message that is no longer held is not extended", "[nats]") {
    HeldMessages held;
    held.set_ack_wait(3s);
    const HeldMessages::Clock::time_point start(1h);
    held.add(1, start);
    held.add(2, start);
    held.remove(1);
    held.remove(99);
    CHECK(held.size() == 1);
    CHECK(due(held, start + 2s) == Sequences{2});
    held.clear();
    CHECK(due(held, start + 1h).empty());
    CHECK(held.due_at() == HeldMessages::Clock::time_point::max());
}

TEST_CASE("a message that is delivered again counts from its last delivery, once", "[nats]") {
    HeldMessages held;
    held.set_ack_wait(3s);
    const HeldMessages::Clock::time_point start(1h);
    held.add(1, start);
    held.add(1, start + 500ms);
    CHECK(due(held, start + 1s).empty());
    CHECK(due(held, start + 1500ms) == Sequences{1});
}

TEST_CASE("messages that an earlier producer has taken are extended at once", "[nats]") {
    HeldMessages held;
    held.set_ack_wait(3s);
    const HeldMessages::Clock::time_point start(1h);
    held.add(1, start);
    held.add_old(2);
    held.add_old(3);
    CHECK(due(held, start) == Sequences{2, 3});
    CHECK(due(held, start + 1s) == Sequences{1, 2, 3});
}

TEST_CASE("a change of ack_wait counts for the messages that are held already", "[nats]") {
    HeldMessages held;
    held.set_ack_wait(300s);
    const HeldMessages::Clock::time_point start(1h);
    held.add(1, start);
    held.set_ack_wait(300s);
    CHECK(due(held, start + 1s).empty());
    held.set_ack_wait(3s);
    held.add(2, start + 1s);
    CHECK(due(held, start + 1s) == Sequences{1});
    CHECK(due(held, start + 2s) == Sequences{1, 2});
}

TEST_CASE("messages that are acknowledged soon leave nothing behind", "[nats]") {
    HeldMessages held;
    held.set_ack_wait(3h);
    const HeldMessages::Clock::time_point start(1h);
    for (std::uint64_t sequence = 1; sequence <= 100'000; ++sequence) {
        held.add(sequence, start);
        if (sequence > 10) held.remove(sequence - 10);
    }
    CHECK(held.size() == 10);
    CHECK(due(held, start + 2h) ==
          Sequences{99'991, 99'992, 99'993, 99'994, 99'995, 99'996, 99'997, 99'998, 99'999, 100'000});
}
