// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_queue.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace std::chrono_literals;
using Added = SpoolQueue::Added;

namespace {

std::string next_name(SpoolQueue& queue, SpoolQueue::Clock::time_point now) {
    const auto file = queue.next(now);
    return file ? file->name : "";
}

}  // namespace

TEST_CASE("names wait in their order, each once, and no more than fit", "[spool_queue]") {
    SpoolQueue queue(2);
    const auto now = SpoolQueue::Clock::now();
    CHECK(queue.add("a", Arrival::Moved, 1) == Added::New);
    CHECK(queue.add("a", Arrival::Moved, 1) == Added::Known);
    CHECK(queue.add("b", Arrival::Found, 2) == Added::New);
    CHECK(queue.add("c", Arrival::Found, 3) == Added::Full);
    CHECK(queue.room() == 0);
    CHECK(queue.oldest_ns() == 1);
    CHECK(next_name(queue, now) == "a");
    CHECK(next_name(queue, now) == "b");
    CHECK(next_name(queue, now) == "");
    CHECK(queue.size() == 0);
    CHECK(queue.oldest_ns() == 0);
    CHECK(queue.add("a", Arrival::Moved, 1) == Added::New);
}

TEST_CASE("a file that was found and is then told of is given as told of", "[spool_queue]") {
    SpoolQueue queue(2);
    queue.add("a", Arrival::Found, 1);
    queue.add("a", Arrival::Closed, 2);
    queue.add("a", Arrival::Found, 3);
    const auto file = queue.next({});
    REQUIRE(file);
    CHECK(file->arrival == Arrival::Closed);
    CHECK_FALSE(queue.next({}));
}

TEST_CASE("what settles is given when it is due, or when it is told of", "[spool_queue]") {
    SpoolQueue queue(3);
    const auto now = SpoolQueue::Clock::now();
    CHECK(queue.add_settling({"late", Arrival::Found, 1, 1}, now + 2s) == Added::New);
    CHECK(queue.add_settling({"soon", Arrival::Found, 2, 1}, now + 1s) == Added::New);
    CHECK(queue.add_settling({"soon", Arrival::Found, 2, 1}, now + 1s) == Added::Known);
    CHECK(queue.size() == 2);
    CHECK_FALSE(queue.has_next(now));
    CHECK(queue.due() == now + 1s);
    CHECK_FALSE(queue.next(now));
    CHECK(queue.has_next(now + 1s));
    const auto soon = queue.next(now + 1s);
    REQUIRE(soon);
    CHECK(soon->name == "soon");
    CHECK(soon->arrival == Arrival::Settled);
    CHECK(soon->bytes == 1);
    CHECK(queue.add("late", Arrival::Moved, 9) == Added::New);
    CHECK(queue.due() == std::nullopt);
    const auto late = queue.next(now);
    REQUIRE(late);
    CHECK(late->arrival == Arrival::Moved);
    CHECK_FALSE(queue.next(now + 10s));
    CHECK(queue.size() == 0);
}
