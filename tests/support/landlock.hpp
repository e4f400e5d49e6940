// SPDX-License-Identifier: Apache-2.0
// Whether this kernel can confine programs.
#pragma once

#include <cerrno>
#include <system_error>

#include "common/os/confinement.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

// If not, the test's output says why.
[[nodiscard]] inline bool has_landlock() {
    if (landlock_version() > 0) return true;
    const std::error_code reason(errno, std::generic_category());
    WARN("skipped: this kernel confines no programs (landlock(7)): " << reason.message());
    return false;
}

}  // namespace pipeline::test
