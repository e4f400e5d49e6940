// SPDX-License-Identifier: Apache-2.0
#include "common/base/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

// Prints with `fd` as standard output. What the failure says, if there is one.
std::string print_to(int fd, const std::string& text, std::chrono::milliseconds bound) {
    const UniqueFd saved(::dup(STDOUT_FILENO));
    REQUIRE(saved);
    REQUIRE(::dup2(fd, STDOUT_FILENO) >= 0);
    std::string said;
    try {
        print_output(text, bound);
    } catch (const Failure& failure) {
        said = failure.what();
    }
    ::dup2(saved.get(), STDOUT_FILENO);
    return said;
}

}  // namespace

TEST_CASE("output whose reader has stopped is given up when its time is over", "[output]") {
    const Pipe pipe;
    std::string text = "a report";
    SECTION("before it has begun") {
        pipe.fill();
    }
    SECTION("in the middle of it") {
        text = std::string(1'000'000, 'x');
    }
    CHECK(print_to(pipe.in.get(), text, 50ms) ==
          "writing to standard output: its reader has stopped; let it read on");
}

TEST_CASE("output commands no terminal, and has its lines", "[output]") {
    Pipe pipe;
    CHECK(print_to(pipe.in.get(), "a\x1b[2J\n\xc2\x9b\xff\xe2\x80\xae\n", 30s).empty());
    std::array<char, 100> said{};
    const auto size = ::read(pipe.out.get(), said.data(), said.size());
    CHECK(std::string(said.data(), static_cast<std::size_t>(size)) ==
          "a\\x1b[2J\n\\xc2\\x9b\\xff\\xe2\\x80\\xae\n");
}

TEST_CASE("output whose reader is slow is whole", "[output]") {
    Pipe pipe;
    std::string received;
    std::thread reader([&] {
        std::array<char, 1000> piece{};
        for (ssize_t bytes = 1; bytes > 0;) {
            bytes = ::read(pipe.out.get(), piece.data(), piece.size());
            if (bytes > 0) received.append(piece.data(), static_cast<std::size_t>(bytes));
        }
    });
    const std::string text(1'000'000, 'x');
    const std::string said = print_to(pipe.in.get(), text, 30s);
    pipe.in.reset();
    reader.join();
    CHECK(said.empty());
    CHECK(received == text);
}
