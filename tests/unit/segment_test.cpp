// SPDX-License-Identifier: Apache-2.0
// Two that make segments of one name at the same time, which a lock per runtime directory does not prevent. A
// flock belongs to the open file: two makers in this process are as good as two processes.
#include "common/segment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include "common/segments.hpp"
#include "tests/catch.hpp"
#include "tests/unit/source_fixture.hpp"

using namespace pipeline;
using namespace pipeline::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBytes = 4096;

// A name of this test, of which nothing is left behind.
struct Name {
    ~Name() {
        for (const char* suffix : {".ring", ".ring.new", ".storage", ".storage.new"})
            Segment::remove(text + suffix);
    }
    [[nodiscard]] bool has(const std::string& suffix) const {
        return fs::exists("/dev/shm/" + text + suffix);
    }
    const std::string text = fmt::format("unit-{}-segment", ::getpid());
};

void require_in_use(const std::pair<ExitStatus, std::string>& failure, const std::string& object) {
    CHECK(failure.first == ExitStatus::CannotCreate);
    CHECK(mentions(failure.second, object));
    CHECK(mentions(failure.second, "in use by another supervisor"));
}

}  // namespace

TEST_CASE("what one is making under a name, another one neither replaces nor names", "[segment]") {
    const Name name;
    Segment first = Segment::create(name.text + ".ring", kBytes);
    require_in_use(failure_of([&] { static_cast<void>(Segment::create(name.text + ".ring", kBytes)); }),
                   name.text + ".ring.new");
    first.publish();
    CHECK(first.has_its_name());
}

TEST_CASE("what was left half-made is replaced, and goes with a maker that does not finish", "[segment]") {
    const Name name;
    write_file("/dev/shm/" + name.text + ".ring.new", "half-made");
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
        CHECK(failure_of([&] { second.publish(); }).first == ExitStatus::CannotCreate);
    }
    CHECK(first.has_its_name());
    CHECK_FALSE(name.has(".ring.new"));
}

TEST_CASE("a storage whose ring is still being made is left alone, and removed when its maker is gone",
          "[segment]") {
    const Name name;
    std::optional<Segments> made = Segments::create(name.text, {8, 8, "sequence", "none", 1, true});
    Segment::remove(name.text + ".ring");  // as it is before it has its name
    require_in_use(failure_of([&] { Segments::remove_storage_without_ring(name.text); }),
                   name.text + ".storage");
    CHECK(name.has(".storage"));
    made.reset();
    Segments::remove_storage_without_ring(name.text);
    CHECK_FALSE(name.has(".storage"));
}
