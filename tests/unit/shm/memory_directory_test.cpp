// SPDX-License-Identifier: Apache-2.0
#include "common/shm/memory_directory.hpp"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/root.hpp"
#include "tests/support/text.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

struct MemoryFolder {
    MemoryFolder() { fs::create_directory(path); }
    ~MemoryFolder() { fs::remove_all(path); }
    const fs::path path = fmt::format("/dev/shm/unit-{}-directory", ::getpid());
};

std::string refusal(const fs::path& directory) {
    const Refusal refusal = refusal_of([&] {
        require_memory(directory);
        return 0;
    });
    if (refusal) CHECK(refusal.status == ExitStatus::Configuration);
    return refusal ? refusal.text : "none";
}

}  // namespace

TEST_CASE("a directory in memory that only its owner fills is taken", "[memory_directory]") {
    const MemoryFolder folder;
    fs::permissions(folder.path, fs::perms(0755));
    CHECK(refusal(folder.path) == "none");
    CHECK(refusal("/dev/shm") == "none");  // sticky
}

TEST_CASE("a directory whose names others can take away is refused", "[memory_directory]") {
    const MemoryFolder folder;
    const auto rights = GENERATE(0777U, 0775U, 0722U);
    REQUIRE(::chmod(folder.path.c_str(), rights) == 0);
    CHECK(mentions(refusal(folder.path), "--shm-dir " + folder.path.native() + ": others may remove"));
}

TEST_CASE("a directory of another user is refused, and one of root's is not", "[memory_directory]") {
    if (lacks_root()) return;
    const MemoryFolder folder;
    {
        const WithoutPrivileges lowered;
        CHECK(refusal("/dev/shm") == "none");
    }
    constexpr uid_t kStranger = 61'003;
    REQUIRE(::chown(folder.path.c_str(), kStranger, kStranger) == 0);
    CHECK(mentions(refusal(folder.path), "it belongs to user 61003, who may remove what is in it"));
}

TEST_CASE("a directory on a disk is refused, and one that is not there", "[memory_directory]") {
    struct statfs system {};
    const fs::path disk = fs::current_path();
    REQUIRE(::statfs(disk.c_str(), &system) == 0);
    if (system.f_type == TMPFS_MAGIC) {
        WARN("skipped for a disk: the tests run in memory");
    } else {
        CHECK(mentions(refusal(disk), "it is not in memory (tmpfs), and segments must be"));
    }
    CHECK(mentions(refusal("/dev/shm/not/there"), "No such file or directory"));
}
