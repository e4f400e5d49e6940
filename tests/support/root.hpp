// SPDX-License-Identifier: Apache-2.0
// For tests that give files away: only root can.
#pragma once

#include <unistd.h>

#include "tests/support/catch.hpp"

namespace pipeline::test {

// True if the test must end here because it does not run as root; says so.
[[nodiscard]] inline bool lacks_root() {
    if (::geteuid() == 0) return false;
    WARN("the rest of this test is skipped: only root can give a file to another user");
    return true;
}

}  // namespace pipeline::test
