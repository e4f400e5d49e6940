// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch/progress.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("the progress line says what is left, if that is known", "[progress]") {
    CHECK(Progress::line(5, 2, 0, 10) == "5 done, 2 in flight, 10/s");
    CHECK(Progress::line(50, 10, 100, 10) == "50/100 done (50 %), 10 in flight, 10/s, 5 s left");
    CHECK(Progress::line(100, 0, 100, 10) == "100/100 done (100 %), 0 in flight, 10/s");
    CHECK(Progress::line(0, 0, 100, 0) == "0/100 done (0 %), 0 in flight, 0/s");
    CHECK(Progress::line(1, 0, 1'000'001, 10) == "1/1000001 done (0 %), 0 in flight, 10/s, 28 h left");
}
