// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/segments_finder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

// Two runtime directories, and two directories for segments.
struct Places {
    Places() {
        for (const auto& place : {run, other_run, shm, other_shm}) fs::create_directory(place);
    }
    ~Places() { fs::remove("/dev/shm/" + name + ".ring"); }
    void lock_says(const fs::path& runtime_dir, const fs::path& directory) const {
        write_file(runtime_dir / (name + ".lock"), "42\n" + directory.native() + "\n");
    }
    void put_ring(const fs::path& directory) const { write_file(directory / (name + ".ring"), "a ring"); }
    [[nodiscard]] std::string in(const fs::path& directory) const { return (directory / name).native(); }
    [[nodiscard]] std::string found() const { return SegmentsFinder(name, {run, other_run}).find(); }

    TemporaryFolder folder;
    const std::string name = fmt::format("unit-{}-finder", ::getpid());
    const fs::path run = folder / "run";
    const fs::path other_run = folder / "other-run";
    const fs::path shm = folder / "shm";
    const fs::path other_shm = folder / "other-shm";
};

}  // namespace

TEST_CASE("segments are found where the lock of the name says they are", "[segments_finder]") {
    const Places places;
    CHECK(places.found() == places.name);  // without a lock: in /dev/shm
    places.lock_says(places.run, places.shm);
    CHECK(places.found() == places.in(places.shm));
    places.lock_says(places.run, "/dev/shm");
    CHECK(places.found() == places.name);
}

TEST_CASE("where two locks say different things, the directory with segments counts", "[segments_finder]") {
    const Places places;
    places.lock_says(places.run, places.shm);
    places.lock_says(places.other_run, places.other_shm);
    CHECK(places.found() == places.in(places.shm));
    places.put_ring(places.other_shm);
    CHECK(places.found() == places.in(places.other_shm));
    places.put_ring(places.shm);
    CHECK(places.found() == places.in(places.shm));
}

TEST_CASE("a stranger's segments in /dev/shm are not taken for those of a lock", "[segments_finder]") {
    const Places places;
    places.lock_says(places.run, places.shm);
    places.put_ring("/dev/shm");
    CHECK(places.found() == places.name);  // our own
    if (lacks_root()) return;
    constexpr uid_t kStranger = 61'003;
    REQUIRE(::chown(("/dev/shm/" + places.name + ".ring").c_str(), kStranger, kStranger) == 0);
    CHECK(places.found() == places.in(places.shm));
}

TEST_CASE("a lock that only its owner may read has the segments beside it", "[segments_finder]") {
    if (lacks_root()) return;
    const Places places;
    places.lock_says(places.run, places.shm);
    fs::permissions(places.folder.path(), fs::perms(0755));
    fs::permissions(places.run / (places.name + ".lock"), fs::perms(0600));
    const WithoutPrivileges lowered;
    CHECK(places.found() == places.in(places.run));
}

TEST_CASE("a FIFO or a link in the lock's place is not read", "[segments_finder]") {
    const Places places;
    const fs::path lock = places.run / (places.name + ".lock");
    ::alarm(10);  // the end of this test, if it waits
    SECTION("a FIFO") {
        REQUIRE(::mkfifo(lock.c_str(), 0600) == 0);
    }
    SECTION("a link") {
        places.lock_says(places.other_run, places.shm);
        fs::create_symlink(places.other_run / lock.filename(), lock);
        fs::remove(places.other_run / lock.filename());
    }
    CHECK(places.found() == places.name);
    ::alarm(0);
}
