// SPDX-License-Identifier: Apache-2.0
// A flock belongs to the open file: two owners in this process are as good as two processes.
#include "common/shm/name_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "tests/support/apart.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/text.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::milliseconds;
using std::chrono::minutes;
namespace fs = std::filesystem;

namespace {

// A runtime directory in which supervisors called "n" start.
struct Runtime {
    [[nodiscard]] NameLock lock(milliseconds patience = milliseconds(0)) const {
        return NameLock(folder.path(), "n", patience);
    }
    [[nodiscard]] Refusal refusal() const {
        return refusal_of([this] { static_cast<void>(lock()); });
    }
    TemporaryFolder folder;
    fs::path file = folder / "n.lock";
};

std::string own_pid_line() {
    return fmt::format("{}\n", ::getpid());
}

}  // namespace

TEST_CASE("a second supervisor of a name is refused, and told which process has it", "[name_lock]") {
    const Runtime runtime;
    const NameLock first = runtime.lock();
    const auto [status, message] = runtime.refusal();
    CHECK(status == ExitStatus::CannotCreate);
    CHECK(mentions(message, fmt::format("--name 'n' is in use by the supervisor with pid {};", ::getpid())));
    CHECK(read_file(runtime.file) == own_pid_line());
    CHECK_FALSE(mentions(refusal_of([&] {
                             static_cast<void>(NameLock(runtime.folder.path(), "other", milliseconds(0)));
                         }).text,
                         "in use"));
}

TEST_CASE("the file of a name outlives its owner, and names the next one alone", "[name_lock]") {
    const Runtime runtime;
    write_file(runtime.file, "1234567890123\n");
    const std::uint64_t inode = inode_of(runtime.file);
    {
        const NameLock first = runtime.lock();
        CHECK(read_file(runtime.file) == own_pid_line());
    }
    const NameLock second = runtime.lock();
    CHECK(read_file(runtime.file) == own_pid_line());
    CHECK(inode_of(runtime.file) == inode);
}

TEST_CASE("the file says where the segments lie, also while the next owner has not said it", "[name_lock]") {
    const Runtime runtime;
    {
        const NameLock first = runtime.lock();
        CHECK(first.left().empty());
        first.note("/run/x");
        CHECK(read_file(runtime.file) == own_pid_line() + "/run/x\n");
        CHECK(mentions(runtime.refusal().text, fmt::format("with pid {};", ::getpid())));
    }
    const NameLock second = runtime.lock();
    CHECK(second.left() == "/run/x");
    CHECK(read_file(runtime.file) == own_pid_line() + "/run/x\n");
    second.note("/dev/shm");
    CHECK(read_file(runtime.file) == own_pid_line() + "/dev/shm\n");
}

TEST_CASE("a supervisor that is killed leaves its name to the next one", "[name_lock]") {
    const Runtime runtime;
    {
        const Apart owner([&] {
            const NameLock lock = runtime.lock();
            ::kill(::getpid(), SIGKILL);
            return "has survived";
        });
        REQUIRE(eventually([&] { return !read_file(runtime.file).empty(); }));
        static_cast<void>(runtime.lock(minutes(2)));  // waits for the kill, if that is still to come
    }
    const NameLock next = runtime.lock();
    CHECK(read_file(runtime.file) == own_pid_line());
}

TEST_CASE("a supervisor waits for one that is about to leave", "[name_lock]") {
    const Runtime runtime;
    std::optional<NameLock> first;
    first.emplace(runtime.lock());
    std::optional<NameLock> second;
    std::thread successor([&] { second.emplace(runtime.lock(minutes(2))); });
    CHECK(mentions(runtime.refusal().text, "in use"));
    first.reset();
    successor.join();
    CHECK(second.has_value());
    CHECK(mentions(runtime.refusal().text, "in use"));
}

TEST_CASE("a file without a pid has an unknown owner", "[name_lock]") {
    const Runtime runtime;
    const NameLock first = runtime.lock();
    write_file(runtime.file, "");
    CHECK(mentions(runtime.refusal().text, "with pid unknown;"));
}

TEST_CASE("a name is not handed on to the programs that its owner starts", "[name_lock]") {
    const Runtime runtime;
    const NameLock lock = runtime.lock();
    int found = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (fs::read_symlink(entry, gone) != runtime.file) continue;
        const int fd = std::stoi(entry.path().filename());
        CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
        ++found;
    }
    CHECK(found == 1);
}

TEST_CASE("what lies under the lock's name and is no file is refused, with advice, and left alone",
          "[name_lock]") {
    const Runtime runtime;
    const std::string advice = "it is no file: remove it, or give another directory with --runtime-dir";
    SECTION("a folder") {
        fs::create_directory(runtime.file);
        CHECK(mentions(runtime.refusal().text, advice));
        CHECK(fs::is_directory(runtime.file));
    }
    SECTION("a symbolic link") {
        write_file(runtime.folder / "precious", "not for a pid");
        fs::create_symlink("precious", runtime.file);
        CHECK(mentions(runtime.refusal().text, advice));
        CHECK(read_file(runtime.folder / "precious") == "not for a pid");
    }
    SECTION("a socket") {
        REQUIRE(::mknod(runtime.file.c_str(), S_IFSOCK | 0600, 0) == 0);
        CHECK(mentions(runtime.refusal().text, advice));
    }
    CHECK(runtime.refusal().status == ExitStatus::CannotCreate);
}

TEST_CASE("a runtime directory that this user cannot write to is named", "[name_lock]") {
    const Runtime runtime;
    fs::permissions(runtime.folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    const WithoutPrivileges lowered;
    const auto [status, message] = runtime.refusal();
    CHECK(status == ExitStatus::CannotCreate);
    CHECK(mentions(message, "opening the lock file"));
    CHECK(mentions(message, runtime.file.string()));
    CHECK(mentions(message, "must be writable for this user; give another directory with --runtime-dir"));
}
