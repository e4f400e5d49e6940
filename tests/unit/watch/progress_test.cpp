// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch/progress.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

// done, failed, rejected, in flight, per second, total
std::string line(std::uint64_t done, std::uint64_t failed, std::uint64_t rejected, std::uint64_t in_flight,
                 double per_second, std::uint64_t total, bool is_estimated = false) {
    return Progress::line({done, failed, rejected, in_flight, per_second, total, is_estimated});
}

}  // namespace

TEST_CASE("the progress line says what is left, if that is known", "[progress]") {
    CHECK(line(5, 0, 0, 2, 10, 0) == "5 done, 2 in flight, 10/s");
    CHECK(line(50, 0, 0, 10, 10, 100) == "50/100 done (50 %), 10 in flight, 10/s, 5 s left");
    CHECK(line(100, 0, 0, 0, 10, 100) == "100/100 done (100 %), 0 in flight, 10/s");
    CHECK(line(0, 0, 0, 0, 0, 100) == "0/100 done (0 %), 0 in flight, 0/s");
    CHECK(line(1, 0, 0, 0, 10, 1'000'001) == "1/1000001 done (0 %), 0 in flight, 10/s, 28 h left");
    CHECK(line(50, 0, 0, 10, 10, 100, true) == "50/~100 done (50 %), 10 in flight, 10/s, 5 s left");
}

TEST_CASE("the progress line says how many have failed or were rejected", "[progress]") {
    CHECK(line(5, 1, 0, 2, 10, 0) == "5 done, 1 failed, 2 in flight, 10/s");
    CHECK(line(50, 7, 2, 10, 10, 100) ==
          "50/100 done (50 %), 7 failed, 2 rejected, 10 in flight, 10/s, 5 s left");
    CHECK(line(5, 0, 3, 0, 10, 0) == "5 done, 3 rejected, 0 in flight, 10/s");
}

TEST_CASE("the progress line says that the source is held", "[progress]") {
    Progress::Seen seen;
    seen.total = 30;
    seen.waiting = 30;
    seen.is_held = true;
    CHECK(Progress::line(seen) == "0/30 done (0 %), source held, 30 waiting, 0 in flight, 0/s");
}

TEST_CASE("the total of a list is reckoned from the bytes of the items that were acquired", "[progress]") {
    const auto total = [](std::uint64_t start, std::uint64_t bytes, std::uint64_t acquired,
                          std::uint64_t end) {
        return Progress::total_of_list({0, bytes, start}, acquired, end);
    };
    CHECK(total(0, 1000, 10, 250) == 40);
    CHECK(total(500, 1000, 10, 750) == 20);  // from where these segments began
    CHECK(total(0, 1000, 40, 1000) == 40);   // all is acquired: exact
    CHECK(total(0, 1000, 0, 0) == 0);
    CHECK(total(500, 1000, 10, 500) == 0);
    CHECK(total(0, 1000, 60, 1500) == 0);  // the list has grown
    CHECK(total(0, 0, 10, 10) == 0);       // no list
}
