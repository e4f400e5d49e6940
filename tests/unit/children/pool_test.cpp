// SPDX-License-Identifier: Apache-2.0
// Which consumers are wanted, told and replaced, without processes: rows are set as starting and reaping
// would.
#include "supervisor/children/pool.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const Pool::TimePoint kNow{std::chrono::seconds(1000)};

Child producer() {
    Child child;
    child.role = Child::Role::Producer;
    return child;
}

Child consumer(std::uint16_t place) {
    Child child;
    child.place = place;
    return child;
}

class Fixture {
  public:
    // Places whose hands hold an item of an earlier generation.
    explicit Fixture(const std::vector<std::size_t>& leftover = {}) {
        for (const std::size_t place : leftover) segments_.ring().hand(place).set_word({place, 1, 0});
        pool_.emplace(children_, segments_.ring(), &consumer);
    }
    [[nodiscard]] Pool& pool() { return *pool_; }
    [[nodiscard]] Child& row(std::uint16_t place) { return *children_.consumer(place); }
    [[nodiscard]] std::size_t rows() const { return children_.consumers().size(); }
    [[nodiscard]] HandArea& hand(std::size_t place) { return segments_.ring_area().hands[place]; }
    void set_hand(std::size_t place, HandWord word) { segments_.ring().hand(place).set_word(word); }

    // As the supervisor starts what waits; each is at work at once unless it is told otherwise.
    void start(bool at_work = true) {
        for (Child& child : children_.consumers()) {
            if (child.state != Child::State::Waiting) continue;
            pool().prepare(child, false);
            child.state = Child::State::Running;
            child.process.pid = ++last_pid_;
            if (at_work) come_to_work(child);
        }
    }
    void come_to_work(const Child& child) {
        hand(child.place).process = ProcessId{static_cast<std::uint32_t>(child.process.pid), 0}.pack();
    }
    // As a consumer leaves that does what it is told.
    void leave(std::uint16_t place) {
        REQUIRE(row(place).state == Child::State::Running);
        hand(place).process = 0;
        REQUIRE(pool().has_left(row(place), kNow));
    }
    // The places of the consumers that run, each with what its flag says.
    [[nodiscard]] std::string running() {
        std::string text;
        for (const Child& child : children_.consumers()) {
            if (child.state != Child::State::Running) continue;
            text += std::to_string(child.place) + (hand(child.place).leave != 0 ? "-" : "") + " ";
        }
        return text;
    }

  private:
    MemorySegments segments_{4, 4};
    Children children_{producer(), false};
    std::optional<Pool> pool_;
    pid_t last_pid_ = 100;
};

}  // namespace

TEST_CASE("the lowest places are wanted, and the highest leave first", "[pool]") {
    Fixture fixture;
    fixture.pool().want(3, kNow);
    fixture.start();
    CHECK(fixture.running() == "0 1 2 ");
    fixture.pool().want(1, kNow);
    CHECK(fixture.pool().wanted() == 1);
    CHECK(fixture.running() == "0 1- 2- ");
    fixture.leave(2);
    fixture.leave(1);
    CHECK(fixture.row(1).state == Child::State::Done);
    CHECK(fixture.running() == "0 ");
    fixture.pool().want(2, kNow);
    fixture.start();
    CHECK(fixture.running() == "0 1 ");
    CHECK(fixture.rows() == 3);  // a place that has been left is used again
}

TEST_CASE("a consumer that is wanted again stays, or is started again if it has gone already", "[pool]") {
    Fixture fixture;
    fixture.pool().want(2, kNow);
    fixture.start();
    fixture.pool().want(1, kNow);
    fixture.pool().want(2, kNow);
    CHECK(fixture.running() == "0 1 ");
    fixture.leave(1);
    CHECK(fixture.row(1).state == Child::State::Waiting);
    fixture.start();
    CHECK(fixture.running() == "0 1 ");
    // Its exit is that of one that was never told.
    CHECK_FALSE(fixture.pool().has_left(fixture.row(1), kNow));
}

TEST_CASE("a consumer that is killed while it leaves has a successor only for what is in its hand",
          "[pool]") {
    Fixture fixture;
    fixture.pool().want(3, kNow);
    fixture.start();
    fixture.set_hand(2, {0, 2, 1});
    fixture.pool().want(1, kNow);
    CHECK(fixture.pool().is_given_up(fixture.row(1)));
    CHECK_FALSE(fixture.pool().is_given_up(fixture.row(2)));
    CHECK_FALSE(fixture.pool().is_given_up(fixture.row(0)));
    fixture.row(1).state = Child::State::Done;
    fixture.row(2).state = Child::State::Waiting;
    fixture.start();
    CHECK(fixture.running() == "0 2- ");  // it is told from the beginning
    fixture.set_hand(2, {0, 2, 2});
    fixture.leave(2);
    CHECK(fixture.running() == "0 ");
}

TEST_CASE("a consumer that waits to be started again is not started when it is not wanted any more",
          "[pool]") {
    Fixture fixture;
    fixture.pool().want(3, kNow);
    fixture.set_hand(2, {0, 1, 0});
    fixture.pool().want(1, kNow);
    CHECK(fixture.row(1).state == Child::State::Done);
    CHECK(fixture.row(2).state == Child::State::Waiting);
}

TEST_CASE("a leftover hand gets a consumer that finishes it and leaves, unless its place is wanted",
          "[pool]") {
    Fixture fixture({1, 200});
    fixture.pool().want(2, kNow);
    fixture.start();
    CHECK(fixture.running() == "1 200- 0 ");
    fixture.set_hand(200, {200, 1, 1});
    fixture.leave(200);
    CHECK(fixture.row(200).state == Child::State::Done);
}

TEST_CASE("consumers are replaced one after the other, each when the one before is at work", "[pool]") {
    Fixture fixture;
    fixture.pool().want(3, kNow);
    fixture.start();
    fixture.pool().replace_all();
    std::vector<std::string> seen{fixture.running()};
    for (std::uint16_t place = 0; place < 3; ++place) {
        const pid_t before = fixture.row(place).process.pid;
        fixture.pool().go_on();
        CHECK(fixture.running() == seen.back());  // nobody else is told meanwhile
        fixture.leave(place);
        fixture.pool().go_on();
        CHECK_FALSE(fixture.pool().is_starting_fresh());
        fixture.start(false);
        CHECK(fixture.row(place).process.pid > before);
        CHECK(fixture.pool().is_starting_fresh());
        fixture.pool().go_on();
        CHECK(fixture.running() == "0 1 2 ");
        fixture.come_to_work(fixture.row(place));
        fixture.pool().go_on();
        seen.push_back(fixture.running());
    }
    CHECK(seen == std::vector<std::string>{"0- 1 2 ", "0 1- 2 ", "0 1 2- ", "0 1 2 "});
    CHECK_FALSE(fixture.pool().is_starting_fresh());
}

TEST_CASE("a replacement goes on without a consumer that is not wanted any more or has just been replaced",
          "[pool]") {
    Fixture fixture;
    fixture.pool().want(4, kNow);
    fixture.start();
    fixture.pool().replace_all();
    CHECK(fixture.running() == "0- 1 2 3 ");
    // Consumer 2 dies meanwhile: its successor is fresh.
    fixture.row(2).state = Child::State::Waiting;
    fixture.start();
    fixture.pool().want(1, kNow);
    fixture.leave(0);
    fixture.start();
    fixture.pool().go_on();
    CHECK(fixture.running() == "0 1- 2- 3- ");
    fixture.pool().want(4, kNow);
    fixture.pool().go_on();
    CHECK(fixture.running() == "0 1- 2 3 ");
}
