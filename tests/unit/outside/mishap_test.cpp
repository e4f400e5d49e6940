// SPDX-License-Identifier: Apache-2.0
#include "common/outside/mishap.hpp"

#include <cerrno>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
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

TEST_CASE("a script whose interpreter is not there is told from one that is not there itself", "[mishap]") {
    const TemporaryFolder folder;
    const std::string script = (folder.path() / "script").string();
    const auto advice = [&](std::string_view text) {
        folder.write("script", text);
        const std::string line = failure_of({Step::Exec, ENOENT}, script, 0).what();
        const auto advice_at = line.find("; ");
        return advice_at == std::string::npos ? "" : line.substr(advice_at + 2);
    };
    CHECK(advice("#! /no/such/interpreter -x\n") ==
          "its first line names the interpreter '/no/such/interpreter', which is not there");
    CHECK(
        advice("#!/bin/sh\r\necho\r\n") ==
        "its first line names the interpreter '/bin/sh\\x0d', which is not there; the file has the line ends "
        "of Windows");
    CHECK(advice("#!\n").empty());
    CHECK(advice(std::string(1000, 'x')).empty());
    CHECK(advice("").empty());
}

TEST_CASE("a memory limit that cannot be set is named", "[mishap]") {
    CHECK_FALSE(may_pass(Mishap{Step::Limit, EPERM}, kLimit));
    CHECK(line_of({Step::Limit, EPERM}, kLimit) ==
          "limiting the memory of /bin/book: Operation not permitted; --memory-limit 1GiB needs a hard limit "
          "of addresses that is no lower (RLIMIT_AS; ulimit -Hv, LimitAS=), and setrlimit(2) "
          "(SystemCallFilter=)");
}
