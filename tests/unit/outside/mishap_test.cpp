// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/mishap.hpp"

#include <cerrno>
#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;
using Step = Mishap::Step;

namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 30U;

std::string line_of(const Mishap& mishap, std::uint64_t memory_limit) {
    const Failure failure = failure_of(mishap, "/bin/book", memory_limit);
    CHECK(failure.status() == ExitStatus::NoInput);
    return failure.what();
}

}  // namespace

TEST_CASE("what the host has not may come again, whatever the program's limit is", "[mishap]") {
    for (const std::uint64_t limit : {std::uint64_t{0}, kLimit}) {
        for (const auto step : {Step::Pipe, Step::Fork, Step::Pidfd, Step::Prepare}) {
            for (const int error : {ENOMEM, EAGAIN, EMFILE, ENFILE, EINTR})
                CHECK(may_pass(Mishap{step, error}, limit));
            CHECK_FALSE(may_pass(Mishap{step, EPERM}, limit));
        }
    }
    CHECK(line_of({Step::Fork, ENOMEM}, kLimit) ==
          "fork for starting /bin/book: Cannot allocate memory; free memory, or raise its limit (ulimit -v, "
          "MemoryMax=)");
}

TEST_CASE("too little memory for a program is its limit's fault, if it has one", "[mishap]") {
    CHECK(may_pass(Mishap{Step::Exec, ENOMEM}, 0));
    CHECK_FALSE(may_pass(Mishap{Step::Exec, ENOMEM}, kLimit));
    CHECK(line_of({Step::Exec, ENOMEM}, kLimit) ==
          "executing /bin/book: Cannot allocate memory; give it a higher --memory-limit");
}

TEST_CASE("a file that is being written may be executed soon, and one that cannot be, never", "[mishap]") {
    CHECK(may_pass(Mishap{Step::Exec, ETXTBSY}, kLimit));
    for (const int error : {ENOENT, EACCES, ENOEXEC})
        CHECK_FALSE(may_pass(Mishap{Step::Exec, error}, kLimit));
    CHECK(line_of({Step::Exec, ENOENT}, 0) == "executing /bin/book: No such file or directory");
    CHECK(line_of({Step::Exec, ENOEXEC}, 0) ==
          "executing /bin/book: Exec format error; a script begins with a line like #!/bin/sh");
}

TEST_CASE("a memory limit that cannot be set is named", "[mishap]") {
    CHECK_FALSE(may_pass(Mishap{Step::Limit, EPERM}, kLimit));
    CHECK(line_of({Step::Limit, EPERM}, kLimit) ==
          "limiting the memory of /bin/book: Operation not permitted; --memory-limit 1GiB needs a hard limit "
          "of addresses that is no lower (RLIMIT_AS; ulimit -Hv, LimitAS=), and setrlimit(2) "
          "(SystemCallFilter=)");
}
