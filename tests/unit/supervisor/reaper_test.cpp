// SPDX-License-Identifier: Apache-2.0
#include "supervisor/reaper.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("only exit statuses that speak of the set-up are permanent", "[restart]") {
    const auto exited = [](int status) { return permanent_failure(status << 8); };
    CHECK(exited(64) == ExitStatus::Usage);
    CHECK(exited(66) == ExitStatus::NoInput);
    CHECK(exited(73) == ExitStatus::CannotCreate);
    CHECK(exited(78) == ExitStatus::Configuration);
    CHECK_FALSE(exited(0));
    CHECK_FALSE(exited(3));
    CHECK_FALSE(exited(70));
    CHECK_FALSE(permanent_failure(9));  // a signal
}
