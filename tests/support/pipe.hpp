// SPDX-License-Identifier: Apache-2.0
// A pipe whose writer waits for its reader, unless it is told otherwise.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

struct Pipe {
    // `flags`: O_NONBLOCK, if nobody is to wait.
    explicit Pipe(int flags = 0) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC | flags) == 0);
        out.reset(ends[0]);
        in.reset(ends[1]);
    }
    void write(std::string_view text) const {
        REQUIRE(::write(in.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    // A writer that blocks then waits for a reader that does not come.
    void fill() const {
        const int flags = ::fcntl(in.get(), F_GETFL);
        REQUIRE(::fcntl(in.get(), F_SETFL, flags | O_NONBLOCK) == 0);
        const std::array<char, 4096> page{};
        while (::write(in.get(), page.data(), page.size()) > 0) {
        }
        REQUIRE(::fcntl(in.get(), F_SETFL, flags) == 0);
    }
    UniqueFd out;  // where it is read
    UniqueFd in;
};

}  // namespace pipeline::test
