// SPDX-License-Identifier: Apache-2.0
// What can happen to a name and to what lies under it while somebody makes, opens or reads it. A flock
// belongs to the open file: two makers in this process are as good as two processes.
#include "common/shm/segment.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "common/core/segments/segments.hpp"
#include "common/shm/segment_path.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/root.hpp"
#include "tests/support/segment_name.hpp"
#include "tests/support/text.hpp"
#include "tests/support/without_privileges.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBytes = 4096;

struct Name : SegmentName {
    Name() : SegmentName("segment") {}
};

void require_in_use(const Refusal& failure, const std::string& object) {
    CHECK(failure.status == ExitStatus::CannotCreate);
    CHECK(mentions(failure.text, object));
    CHECK(mentions(failure.text, "in use by another supervisor"));
}

// A directory of this test's in memory, and a name of segments in it.
struct Directory {
    Directory() { fs::create_directory(path); }
    ~Directory() { fs::remove_all(path); }
    [[nodiscard]] std::string file(const std::string& suffix) const { return name + suffix; }
    const fs::path path = fmt::format("/dev/shm/unit-{}-directory", ::getpid());
    const std::string name = segments_in(path, "p");
};

// A file of a segment's size and with its header, which is all that opening looks at.
void write_segment(const std::string& path, std::uint64_t magic, std::size_t bytes,
                   std::uint64_t generation) {
    const SegmentHeader header{magic, kLayoutVersion, 8, bytes, generation, kByteUnit};
    write_file(path, {reinterpret_cast<const char*>(&header), sizeof header});
    fs::resize_file(path, bytes);
}

}  // namespace

TEST_CASE("what one is making under a name, another one neither replaces nor names", "[segment]") {
    const Name name;
    Segment first = Segment::create(name.text + ".ring", kBytes);
    require_in_use(refusal_of([&] { static_cast<void>(Segment::create(name.text + ".ring", kBytes)); }),
                   name.text + ".ring.new");
    first.publish();
    CHECK(first.has_its_name());
}

TEST_CASE("what was left half-made is replaced, and goes with a maker that does not finish", "[segment]") {
    const Name name;
    write_file(name.path(".ring.new"), "half-made");
    {
        const Segment unfinished = Segment::create(name.text + ".ring", kBytes);
        CHECK(unfinished.size() == kBytes);
        CHECK(name.has(".ring.new"));
    }
    CHECK_FALSE(name.has(".ring.new"));
}

TEST_CASE("a name that was given in the meantime is not taken away", "[segment]") {
    const Name name;
    Segment first = Segment::create(name.text + ".ring", kBytes);
    first.publish();
    {
        Segment second = Segment::create(name.text + ".ring", kBytes);
        CHECK(refusal_of([&] { second.publish(); }).status == ExitStatus::CannotCreate);
    }
    CHECK(first.has_its_name());
    CHECK_FALSE(name.has(".ring.new"));
}

TEST_CASE("a storage whose ring is still being made is left alone, and removed when its maker is gone",
          "[segment]") {
    const Name name;
    std::optional<Segments> made = Segments::create(name.text, {8, 8, "sequence", "none", 1, true});
    Segment::remove(name.text + ".ring");  // as it is before it has its name
    require_in_use(refusal_of([&] { Segments::remove_storage_without_ring(name.text); }),
                   name.text + ".storage");
    CHECK(name.has(".storage"));
    made.reset();
    Segments::remove_storage_without_ring(name.text);
    CHECK_FALSE(name.has(".storage"));
}

TEST_CASE("a capacity that changes after it was checked is not used", "[segment]") {
    const Name name;
    const Segments made = Segments::create(name.text, {8, 8, "sequence", "none", 1, true});
    const auto looking = SegmentsView::open(name.text);
    REQUIRE(looking);
    const auto* metrics = &looking->metrics();
    made.ring().area().header.capacity = 0;
    made.storage().area().header.capacity = 1U << 30U;
    CHECK(looking->ring().capacity() == 8);
    CHECK(looking->storage().capacity() == 8);
    CHECK(&looking->metrics() == metrics);
}

TEST_CASE("who only looks does not wait for a FIFO under a segment's name", "[segment]") {
    const Name name;
    REQUIRE(::mkfifo(name.path(".ring").c_str(), 0600) == 0);
    ::alarm(10);  // the end of this test, if it does
    const auto refused =
        refusal_of([&] { static_cast<void>(Segment::open(name.text + ".ring", Segment::Access::ReadOnly)); });
    ::alarm(0);
    CHECK(refused.status == ExitStatus::CannotCreate);
    CHECK(mentions(refused.text, "no shared memory"));
}

TEST_CASE("another user's segment is looked at by root alone", "[segment]") {
    if (lacks_root()) return;
    const Name name;
    write_file(name.path(".ring"), "what another user has put there");
    REQUIRE(::chmod(name.path(".ring").c_str(), 0666) == 0);
    {
        const WithoutPrivileges lowered;
        const auto refused = refusal_of(
            [&] { static_cast<void>(Segment::open(name.text + ".ring", Segment::Access::ReadOnly)); });
        CHECK(refused.status == ExitStatus::CannotCreate);
        CHECK(mentions(refused.text, "belongs to user 0"));
    }
    REQUIRE(::chown(name.path(".ring").c_str(), 65534, 65534) == 0);
    CHECK(Segment::open(name.text + ".ring", Segment::Access::ReadOnly));
}

TEST_CASE("who opens while one generation follows another sees one of them or none", "[segment]") {
    constexpr std::uint64_t kGenerations = 1000;
    const Name name;
    std::atomic<bool> done = false;
    std::thread supervisors([&] {
        for (std::uint64_t i = 1; i <= kGenerations; ++i) {
            write_segment(name.path(".storage.new"), kStorageMagic, Storage::size({8, kByteUnit}), i);
            write_segment(name.path(".ring.new"), kRingMagic, Segments::ring_size({8, kByteUnit}), i);
            Segment::remove(name.text + ".ring");
            fs::rename(name.path(".storage.new"), name.path(".storage"));
            fs::rename(name.path(".ring.new"), name.path(".ring"));
        }
        done = true;
    });
    std::string refused;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done && refused.empty() && std::chrono::steady_clock::now() < until) {
        const auto failure = refusal_of([&] { static_cast<void>(SegmentsView::open(name.text)); });
        if (failure.status != ExitStatus::Drained) refused = failure.text;
    }
    supervisors.join();
    INFO(refused);
    CHECK(refused.empty());
}

TEST_CASE("segments in a directory of their own do all that those in /dev/shm do", "[segment]") {
    const Directory directory;
    write_file(directory.file(".ring.new"), "half-made");
    {
        const Segments made = Segments::create(directory.name, {8, 8, "sequence", "none", 1, true});
        CHECK(made.are_current());
        CHECK(made.name() == directory.name);
        CHECK(made.path() == directory.path / "p");
        struct stat status {};
        REQUIRE(::stat(directory.file(".ring").c_str(), &status) == 0);
        CHECK((status.st_mode & 07777U) == 0600);
        CHECK_FALSE(fs::exists("/dev/shm/p.ring"));
        require_in_use(refusal_of([&] { return Segment::remove_abandoned(directory.file(".ring")); }),
                       directory.file(".ring"));
        const auto looking = SegmentsView::open(directory.name);
        REQUIRE(looking);
        CHECK(looking->are_in_use() == std::optional(true));
    }
    const auto left = Segments::open(directory.name);
    REQUIRE(left);
    left->unlink();
    CHECK_FALSE(left->are_current());
    CHECK_FALSE(Segments::open(directory.name));
    CHECK(fs::is_empty(directory.path));
}

TEST_CASE("a link in a directory of segments is not followed, and names what is in the way", "[segment]") {
    const Directory directory;
    write_file(directory.path / "precious", "no segment");
    fs::create_symlink("precious", directory.file(".ring"));
    const auto refused = refusal_of([&] { return Segments::open(directory.name); });
    CHECK(refused.status == ExitStatus::CannotCreate);
    CHECK(mentions(refused.text, "opening " + directory.file(".ring")));
    fs::create_symlink("precious", directory.file(".storage.new"));
    CHECK(refusal_of([&] {
              return Segments::create(directory.name, {8, 8, "sequence", "none", 1, true});
          }).status == ExitStatus::CannotCreate);
    CHECK(read_file(directory.path / "precious") == "no segment");
}
