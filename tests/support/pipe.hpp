// SPDX-License-Identifier: Apache-2.0
// A pipe whose writer waits for its reader, as usual.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        out.reset(ends[0]);
        in.reset(ends[1]);
    }
    // Whoever writes then waits for a reader who does not come.
    void fill() const {
        REQUIRE(::fcntl(in.get(), F_SETFL, O_NONBLOCK) == 0);
        const std::array<char, 4096> page{};
        while (::write(in.get(), page.data(), page.size()) > 0) {
        }
        REQUIRE(::fcntl(in.get(), F_SETFL, 0) == 0);
    }
    UniqueFd out;  // where it is read
    UniqueFd in;
};

}  // namespace pipeline::test
