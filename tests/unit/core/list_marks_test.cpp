// SPDX-License-Identifier: Apache-2.0
#include "common/core/list_marks.hpp"

#include <array>
#include <atomic>
#include <thread>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

// Whatever is read of it belongs together if all bytes say the same.
MarkedPosition mark_at(std::uint64_t position) {
    MarkedPosition mark;
    mark.position = position;
    mark.digest.fill(static_cast<std::uint8_t>(position));
    mark.chain.fill(static_cast<std::uint8_t>(position));
    return mark;
}

}  // namespace

TEST_CASE("a watermark is rounded down to the last mark before it", "[list_marks]") {
    std::array<ListMark, 4> memory{};
    ListMarks marks(memory);
    CHECK_FALSE(marks.last(0, UINT64_MAX));
    for (const std::uint64_t position : {10U, 20U, 30U}) marks.leave(mark_at(position), 0);
    CHECK_FALSE(marks.last(0, 9));
    CHECK(marks.last(0, 10)->position == 10);
    CHECK(marks.last(0, 29)->position == 20);
    CHECK(marks.last(20, 1000)->digest == mark_at(30).digest);
    CHECK_FALSE(marks.last(30, 1000));  // known already
    CHECK(marks.up_to(25).size() == 2);
}

TEST_CASE("marks that the cursor has passed are free, the lowest first; a full table gives up its newest",
          "[list_marks]") {
    std::array<ListMark, 3> memory{};
    ListMarks marks(memory);
    for (const std::uint64_t position : {10U, 20U, 30U, 40U}) marks.leave(mark_at(position), 0);
    CHECK(marks.last(0, 35)->position == 20);
    CHECK(marks.last(0, 40)->position == 40);
    marks.leave(mark_at(50), 20);
    CHECK_FALSE(marks.last(0, 19));
    CHECK(marks.last(0, 35)->position == 20);
    CHECK(marks.last(0, 45)->position == 40);
    marks.leave(mark_at(60), 20);
    const auto left = marks.up_to(UINT64_MAX);
    REQUIRE(left.size() == 3);
    CHECK(left[0].position == 40);
    CHECK(left[1].position == 50);
    CHECK(left[2].position == 60);
}

TEST_CASE("a mark that a kill left half written is none, and is written next", "[list_marks]") {
    std::array<ListMark, 2> memory{};
    ListMarks marks(memory);
    marks.leave(mark_at(10), 0);
    marks.leave(mark_at(20), 0);
    memory[1].sequence.fetch_add(1);
    CHECK(marks.last(0, 100)->position == 10);
    marks.leave(mark_at(30), 0);
    CHECK(marks.last(0, 100)->position == 30);
    CHECK(memory[1].sequence % 2 == 0);
}

TEST_CASE("a mark that is read while it is written over is whole or none", "[list_marks]") {
    std::array<ListMark, 1> memory{};
    ListMarks marks(memory);
    std::atomic<bool> over{false};
    std::thread producer([&] {
        // The same position again after another one, as after a kill.
        for (std::uint64_t i = 0; !over; ++i) marks.leave(mark_at(1 + i % 2), 0);
    });
    std::size_t whole = 0;
    for (int i = 0; i < 200'000 || whole == 0; ++i) {
        const auto mark = marks.last(0, UINT64_MAX);
        if (!mark) continue;
        ++whole;
        if (mark->digest != mark_at(mark->position).digest || mark->chain != mark->digest) {
            over = true;
            break;
        }
    }
    const bool torn = over.exchange(true);
    producer.join();
    CHECK_FALSE(torn);
}
