// SPDX-License-Identifier: Apache-2.0
// Work in a process of its own: for what changes the process that does it, as limits, namespaces, and who
// adopts orphans. It dies with the test.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <functional>
#include <string>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

class Apart {
  public:
    // `work` returns a line of at most 4095 bytes; an exception counts as the line that it says.
    explicit Apart(const std::function<std::string()>& work) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        said_.reset(ends[0]);
        const UniqueFd says(ends[1]);
        pid_ = ::fork();
        if (pid_ != 0) {
            REQUIRE(pid_ > 0);
            return;
        }
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        std::string line;
        try {
            line = work();
        } catch (const std::exception& exception) {
            line = exception.what();
        }
        line += '\n';
        [[maybe_unused]] const auto written = ::write(says.get(), line.data(), line.size());
        ::_exit(0);
    }
    Apart(const Apart&) = delete;
    Apart& operator=(const Apart&) = delete;
    ~Apart() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    // The line. Fails the test if there is none after two minutes.
    [[nodiscard]] std::string result() const {
        constexpr int kDeadlineMs = 120'000;
        pollfd readable{said_.get(), POLLIN, 0};
        std::array<char, 4096> line{};
        const bool ready = ::poll(&readable, 1, kDeadlineMs) == 1;
        const ssize_t bytes = ready ? ::read(said_.get(), line.data(), line.size()) : 0;
        if (bytes <= 0) FAIL("the process apart " << (ready ? "has died" : "does not end"));
        return {line.data(), static_cast<std::size_t>(bytes - 1)};
    }

  private:
    pid_t pid_ = -1;
    UniqueFd said_;
};

}  // namespace pipeline::test
