// SPDX-License-Identifier: Apache-2.0
// Text that this process writes to its stderr.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/text.hpp"

namespace pipeline::test {

// While it lives, `fd` is stderr.
class StderrTo {
  public:
    explicit StderrTo(int fd) : saved_(::dup(STDERR_FILENO)) {
        REQUIRE(saved_);
        REQUIRE(::dup2(fd, STDERR_FILENO) >= 0);
    }
    StderrTo(const StderrTo&) = delete;
    StderrTo& operator=(const StderrTo&) = delete;
    ~StderrTo() { ::dup2(saved_.get(), STDERR_FILENO); }

  private:
    UniqueFd saved_;
};

// While it lives, what is written to stderr goes to a file; lines() says what that was.
class CapturedLog {
  public:
    [[nodiscard]] std::vector<std::string> lines() const { return lines_of(read_file(folder_ / "log")); }
    // Whether a line mentions this.
    [[nodiscard]] bool has(std::string_view part) const {
        return !lines_with(read_file(folder_ / "log"), part).empty();
    }

  private:
    TemporaryFolder folder_;
    UniqueFd file_{
        ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_TRUNC, 0600)};
    StderrTo redirected_{file_.get()};
};

}  // namespace pipeline::test
