// SPDX-License-Identifier: Apache-2.0
// A flock belongs to the open file: segments that this process has open are as good as those of another one.
#include "clerk/leftovers/leftovers.hpp"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/segment_name.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

SegmentsPlan plan() {
    SegmentsPlan plan;
    plan.ring_capacity = Capacity(16, MemorySegments::kByteCapacity);
    plan.storage_capacity = Capacity(16, MemorySegments::kByteCapacity);
    plan.source = "sequence";
    plan.ledger = "none";
    return plan;
}

constexpr std::array kSuffixes{".ring", ".ring.new", ".storage", ".storage.new"};

bool is_anything_left(const SegmentName& name) {
    for (const auto* suffix : kSuffixes) {
        if (name.has(suffix)) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("nothing is found where nothing is", "[leftovers]") {
    const SegmentName name("nothing");
    CHECK_FALSE(Leftovers::find(name.text));
    CHECK_FALSE(is_anything_left(name));
}

TEST_CASE("what dead processes have left is removed whole, once", "[leftovers]") {
    const SegmentName name("dead");
    static_cast<void>(Segments::create(name.text, plan()));
    {
        const auto leftovers = Leftovers::find(name.text);
        REQUIRE(leftovers);
        CHECK(name.has(".ring"));
        // While they are held, no process can adopt them or be a second one that discards them.
        auto adopted = Segments::open(name.text);
        REQUIRE(adopted);
        CHECK_FALSE(adopted->lock_shared());
        CHECK_FALSE(adopted->lock_exclusively());
        CHECK(refusal_of([&] { return Leftovers::find(name.text); }).status == ExitStatus::NotDrained);
        leftovers->remove();
        CHECK_FALSE(is_anything_left(name));
        leftovers->remove();
    }
    CHECK_FALSE(Leftovers::find(name.text));
}

TEST_CASE("segments in use are refused and stay", "[leftovers]") {
    const SegmentName name("used");
    const Segments used = Segments::create(name.text, plan());
    check_mentions(text_of_refusal([&] { return Leftovers::find(name.text); }, ExitStatus::NotDrained),
                   "are in use (unknown pid): the pipeline runs or still drains");
    CHECK(name.has(".ring"));
    CHECK(name.has(".storage"));
}

TEST_CASE("each part is found alone, also half-made, empty or damaged", "[leftovers]") {
    const auto* suffix = GENERATE(".ring", ".ring.new", ".storage", ".storage.new");
    const auto* contents = GENERATE("", "no segment");
    const SegmentName name("part");
    write_file(name.path(suffix), contents);
    const auto leftovers = Leftovers::find(name.text);
    REQUIRE(leftovers);
    leftovers->remove();
    CHECK_FALSE(is_anything_left(name));
}

TEST_CASE("what is no segment is named and stays", "[leftovers]") {
    const SegmentName name("none");
    const auto text = [&] {
        return text_of_refusal([&] { return Leftovers::find(name.text); }, ExitStatus::CannotCreate);
    };
    SECTION("a link") {
        const SegmentName other("other");
        write_file(other.path(".ring"), "anything");
        fs::create_symlink(other.path(".ring"), name.path(".ring"));
        check_mentions(text(), name.path(".ring") + " is not a segment");
        CHECK(other.has(".ring"));
    }
    SECTION("a folder") {
        fs::create_directory(name.path(".storage"));
        check_mentions(text(), name.path(".storage") + " is not a segment");
    }
    SECTION("a pipe") {
        REQUIRE(::mkfifo(name.path(".ring").c_str(), 0600) == 0);
        check_mentions(text(), name.path(".ring") + " is not a segment");
    }
}
