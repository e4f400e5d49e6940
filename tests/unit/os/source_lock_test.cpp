// SPDX-License-Identifier: Apache-2.0
#include "common/os/source_lock.hpp"

#include <sys/wait.h>

#include <thread>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/source_fixture.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::milliseconds;

namespace {

UniqueFd open_to_read(const std::filesystem::path& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace

TEST_CASE("a list or a folder that one pipeline holds is refused to another, by whatever path",
          "[source_lock]") {
    const TemporaryFolder folder;
    write_file(folder / "list", "1\n");
    std::filesystem::create_symlink(folder / "list", folder / "link");
    const bool list = GENERATE(true, false);
    const auto path = list ? folder / "list" : folder.path();
    const auto other_path = list ? folder / "link" : folder / ".";

    const UniqueFd first = open_to_read(path);
    REQUIRE(lock_source(first.get(), "the source", milliseconds(0)) == SourceLock::Taken);
    CHECK(lock_source(first.get(), "the source", milliseconds(0)) == SourceLock::Taken);

    const UniqueFd second = open_to_read(other_path);
    const auto refused =
        refusal_of([&] { static_cast<void>(lock_source(second.get(), "lines:list", milliseconds(60))); });
    CHECK(refused.status == ExitStatus::CannotCreate);
    CHECK(mentions(refused.text, "lines:list: is used by another pipeline (pid "));
    CHECK(refusal_of([&] { require_unlocked_source(other_path, "lines:list", milliseconds(0)); }).status ==
          ExitStatus::CannotCreate);
}

TEST_CASE("the lock of a pipeline that dies goes to the one that waits for it", "[source_lock]") {
    const TemporaryFolder folder;
    UniqueFd dying = open_to_read(folder.path());
    REQUIRE(lock_source(dying.get(), "spool", milliseconds(0)) == SourceLock::Taken);
    const UniqueFd waiting = open_to_read(folder.path());
    std::thread death([&] { dying.reset(); });
    CHECK(lock_source(waiting.get(), "spool", std::chrono::minutes(1)) == SourceLock::Taken);
    death.join();
}

TEST_CASE("the refusal names the pid that holds the source", "[source_lock]") {
    const TemporaryFolder folder;
    std::array<int, 2> ready{};
    REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
    const pid_t holder = ::fork();
    if (holder == 0) {
        const int fd = ::open(folder.path().c_str(), O_RDONLY | O_CLOEXEC);
        const bool taken = lock_source(fd, "spool", milliseconds(0)) == SourceLock::Taken;
        [[maybe_unused]] const auto written = ::write(ready[1], taken ? "y" : "n", 1);
        while (true) ::pause();
    }
    ::close(ready[1]);
    char taken = 'n';
    const auto got = ::read(ready[0], &taken, 1);
    ::close(ready[0]);
    const UniqueFd other = open_to_read(folder.path());
    const auto refused =
        refusal_of([&] { static_cast<void>(lock_source(other.get(), "spool", milliseconds(0))); });
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    REQUIRE(got == 1);
    REQUIRE(taken == 'y');
    // A file system of several devices (btrfs, overlay) gives its locks a device number of their own.
    CHECK((mentions(refused.text, "(pid " + std::to_string(holder) + ")") ||
           mentions(refused.text, "its pid is not known")));
}

TEST_CASE("a source that is free, or not there, is not refused before the start", "[source_lock]") {
    const TemporaryFolder folder;
    CHECK_NOTHROW(require_unlocked_source(folder.path(), "spool", milliseconds(0)));
    CHECK_NOTHROW(require_unlocked_source(folder / "none", "spool", milliseconds(0)));
    const UniqueFd later = open_to_read(folder.path());
    CHECK(lock_source(later.get(), "spool", milliseconds(0)) == SourceLock::Taken);
}
