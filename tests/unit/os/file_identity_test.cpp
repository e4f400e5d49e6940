// SPDX-License-Identifier: Apache-2.0
// Tests that an identity tells one file from all others, whatever its name.
#include "common/os/file_identity.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Makes the file anew and says which one it is.
FileIdentity made_anew(const std::string& path) {
    ::unlink(path.c_str());
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    ::close(fd);
    const auto seen = look_at(AT_FDCWD, path.c_str());
    REQUIRE(seen);
    return seen->identity;
}

// Waits until the clock by which file systems stamp files has moved on.
void wait_for_tick() {
    const auto coarse = [] {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
        return std::pair(now.tv_sec, now.tv_nsec);
    };
    for (const auto before = coarse(); coarse() == before;) std::this_thread::yield();
}

}  // namespace

TEST_CASE("two files with one inode, one after the other, are two", "[identity]") {
    const FileIdentity first{1, 4711, 1'700'000'000'000'000'000};
    FileIdentity second = first;
    second.birth_ns += 1;
    CHECK(first.position() != second.position());
    CHECK_FALSE(second.is_at(first.position(), true));
    CHECK(second.is_at(second.position(), false));
}

TEST_CASE("a file that gets the inode of a deleted one is another file, on a real file system",
          "[identity]") {
    const TemporaryFolder folder;
    std::set<std::uint64_t> inodes;
    std::set<std::uint64_t> positions;
    constexpr std::size_t kFiles = 30;
    bool has_births = true;
    for (std::size_t i = 0; i < kFiles; ++i) {
        const FileIdentity file = made_anew(folder / "invoice");
        inodes.insert(file.inode);
        positions.insert(file.position());
        has_births = has_births && file.birth_ns != 0;
        wait_for_tick();
    }
    if (!has_births) {
        WARN("this file system knows no birth times");
        return;
    }
    INFO("inodes: " << inodes.size());
    CHECK(positions.size() == kFiles);
}

TEST_CASE("a bare inode means a file for invoices of version 0.1.0 alone", "[identity]") {
    const FileIdentity file{1, 4711, 1'700'000'000'000'000'000};
    CHECK(file.is_at(file.position(), false));
    CHECK_FALSE(file.is_at(4711, false));
    CHECK(file.is_at(4711, true));
    const FileIdentity without_birth{1, 4711, 0};
    CHECK(without_birth.position() == 4711);
}
