// SPDX-License-Identifier: Apache-2.0
// The lock file of the name cannot be opened, or its disk is full.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/faults/other_user.hpp"
#include "tests/faults/said.hpp"
#include "tests/faults/small_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const std::vector<std::string> kHundred{"--consumers",  "1",         "--once", "--source",
                                        "sequence:100", "--process", "none"};

}  // namespace

TEST_CASE("a lock file that is none is named, and stays") {
    PipelineRun run;
    const auto lock = run.directory() / (run.name() + ".lock");
    std::function<void()> before_exec;
    std::string said = "it is no file: remove it, or give another directory with --runtime-dir";
    SECTION("a directory") {
        std::filesystem::create_directory(lock);
    }
    SECTION("a link") {
        std::filesystem::create_symlink(run.directory() / "elsewhere", lock);
    }
    SECTION("another user's") {
        if (!can_become_other_user()) return;
        give_to_other_user(run.directory());
        write_file(lock, "");
        REQUIRE(::chmod(lock.c_str(), 0600) == 0);
        before_exec = become_other_user;
        said = "must be writable for this user; give another directory with --runtime-dir";
    }
    auto supervisor = run.start_in(before_exec, kHundred);
    CHECK(supervisor.wait() == 73);
    require_said(supervisor, "lock file", {lock, said});
    CHECK(std::filesystem::exists(std::filesystem::symlink_status(lock)));
    CHECK_FALSE(std::filesystem::exists(run.directory() / "elsewhere"));
    run.require_nothing_left();
}

TEST_CASE("a lock file on a full disk locks all the same") {
    if (!SmallDisk::is_possible()) return;
    PipelineRun run;
    const auto folder = run.directory() / "run";
    std::filesystem::create_directory(folder);
    const SmallDisk disk(folder, 1U << 20U);
    disk.fill();
    const std::vector<std::string> argv{SUPERVISOR_PROGRAM,
                                        "--name",
                                        run.name(),
                                        "--state-dir",
                                        run.directory(),
                                        "--runtime-dir",
                                        folder,
                                        "--ledger",
                                        "sqlite:" + run.ledger().string(),
                                        "--consumers",
                                        "1",
                                        "--process",
                                        "none",
                                        "--source",
                                        "sequence"};
    Process supervisor(argv, run.directory(), "supervisor");
    REQUIRE(eventually([&] { return run.has_rows(100); }));
    const UniqueFd lock(::open((folder / (run.name() + ".lock")).c_str(), O_RDWR | O_CLOEXEC));
    const int error = ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    CHECK(error == EWOULDBLOCK);
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_nothing_left();
}
