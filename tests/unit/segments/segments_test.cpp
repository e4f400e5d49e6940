// SPDX-License-Identifier: Apache-2.0
// The two segments of a name as a pair. A flock belongs to the open file: two attachments in this process are
// as good as two processes.
#include "common/core/segments/segments.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/segment_name.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// A name of this test, under which nothing is left behind.
struct Name : SegmentName {
    Name() : SegmentName("segments") {}
    [[nodiscard]] static SegmentsPlan plan() { return {8, 16, "sequence", "none", 1, true}; }
    [[nodiscard]] Segments create() const { return Segments::create(text, plan()); }
    [[nodiscard]] std::optional<Segments> open() const { return Segments::open(text); }
    [[nodiscard]] Segments attach(pid_t parent = ::getppid()) const {
        return Segments::attach(text, Lineage(parent));
    }
    [[nodiscard]] bool has_both() const { return has(".ring") && has(".storage"); }
    [[nodiscard]] bool has_none() const { return !has(".ring") && !has(".storage"); }
};

void check_refused(const Refusal& refusal, const std::string& part) {
    INFO(refusal.text);
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(mentions(refusal.text, part));
}

Refusal refusal_to_open(const Name& name) {
    return refusal_of([&] { static_cast<void>(name.open()); });
}

// Acquires `count` invoices, `saved` of which get into storage.
void acquire(const Segments& segments, std::size_t count, std::size_t saved) {
    std::array<Item, 8> items{};
    for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
    Ring ring = segments.ring();
    REQUIRE(ring.push(std::span(items).first(count)).count == count);
    const Hand hand = ring.hand(0);
    REQUIRE(ring.claim(hand, count, std::chrono::nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    const std::array<Finding, 8> findings{};
    REQUIRE(segments.storage().save(hand, std::span(findings).first(saved)) == saved);
}

}  // namespace

TEST_CASE("segments are opened as they were made, with nothing in them", "[segments]") {
    const Name name;
    SegmentsPlan plan{8, 16, "lines:/ids", "sqlite:/ledger", 4711, true};
    plan.ledger_id = 42;
    plan.source_file = {1, 2, 3};
    plan.from_start = true;
    const Segments made = Segments::create(name.text, plan);
    const auto opened = name.open();
    REQUIRE(opened);
    CHECK(opened->ring().capacity() == 8);
    CHECK(opened->storage().capacity() == 16);
    CHECK(opened->source() == plan.source);
    CHECK(opened->ledger() == plan.ledger);
    CHECK(opened->ring().area().start_position == plan.start_position);
    CHECK(opened->ring().area().ordered == 1);
    CHECK(opened->ring().area().ledger_id == plan.ledger_id);
    CHECK(opened->ring().area().source_file == plan.source_file);
    CHECK(opened->ring().area().from_start == 1);
    CHECK(opened->in_flight() == 0);
    CHECK(opened->metrics().supervisor.process == 0);
    opened->check_contents();
    CHECK(refusal_of([&] { static_cast<void>(name.create()); }).status == ExitStatus::CannotCreate);
}

TEST_CASE("a source whose name is too long is a usage error, and leaves no segment", "[segments]") {
    const Name name;
    SegmentsPlan plan = Name::plan();
    plan.source.assign(kMaxSpecBytes - 1, 'x');
    CHECK(Segments::create(name.text, plan).source() == plan.source);
    Segment::remove(name.text + ".ring");
    Segment::remove(name.text + ".storage");
    plan.source += 'x';
    CHECK(refusal_of([&] { static_cast<void>(Segments::create(name.text, plan)); }).status ==
          ExitStatus::Usage);
    CHECK(name.has_none());
    CHECK_FALSE(name.has(".ring.new"));
    CHECK_FALSE(name.has(".storage.new"));
}

TEST_CASE("segments whose ring cannot get its name leave no storage behind", "[segments]") {
    const Name name;
    write_file("/dev/shm/" + name.text + ".ring", "another's");
    CHECK(refusal_of([&] { static_cast<void>(name.create()); }).status == ExitStatus::CannotCreate);
    CHECK_FALSE(name.has(".storage"));
    CHECK(read_file("/dev/shm/" + name.text + ".ring") == "another's");
}

TEST_CASE("segments that are not a pair of ours are refused", "[segments]") {
    const Name name;
    CHECK_FALSE(name.open());
    Segments made = name.create();
    SegmentHeader& ring = made.ring().area().header;
    SegmentHeader& storage = made.storage().area().header;
    SECTION("a ring of another layout") {
        ring.layout_version = 99;
        check_refused(refusal_to_open(name), "has layout version 99");
    }
    SECTION("a ring that is none") {
        ring.magic = kStorageMagic;
        check_refused(refusal_to_open(name), name.text + ".ring is not a segment of this pipeline");
    }
    SECTION("a storage whose capacity does not fit its size") {
        storage.capacity = 17;
        check_refused(refusal_to_open(name), name.text + ".storage is damaged");
    }
    SECTION("a storage of another generation") {
        storage.generation = ring.generation + 1;
        check_refused(refusal_to_open(name), name.text + ".ring does not belong to");
    }
    SECTION("a ring without its storage") {
        Segment::remove(name.text + ".storage");
        check_refused(refusal_to_open(name), name.text + ".ring has lost its storage");
    }
    CHECK(name.has(".ring"));
}

TEST_CASE("damaged contents are refused with the segment that they are in", "[segments]") {
    const Name name;
    const Segments segments = name.create();
    acquire(segments, 4, 2);
    const auto refusal = [&] { return refusal_of([&] { segments.check_contents(); }); };
    CHECK(refusal().text.empty());
    SECTION("the ring") {
        segments.ring().area().head = 5;
        check_refused(refusal(), name.text + ".ring is damaged");
    }
    SECTION("the storage") {
        segments.storage().area().released = 3;
        check_refused(refusal(), name.text + ".storage is damaged");
    }
    SECTION("the source's name") {
        segments.ring().area().source.fill('x');
        check_refused(refusal(), "does not say which source and ledger");
    }
}

TEST_CASE("the generation lock is free once no other process has the segments", "[segments]") {
    const Name name;
    std::optional<Segments> made = name.create();  // holds it shared
    std::optional<Segments> child = name.attach();
    auto other = name.open();
    REQUIRE(other);
    CHECK_FALSE(other->lock_exclusively());
    made.reset();
    CHECK_FALSE(other->lock_exclusively());
    child.reset();
    CHECK(other->lock_exclusively());
    CHECK(refusal_of([&] { static_cast<void>(name.attach()); }).status == ExitStatus::Configuration);
}

TEST_CASE("a child attaches to its own supervisor's segments alone", "[segments]") {
    const Name name;
    check_refused(refusal_of([&] { static_cast<void>(name.attach()); }), "is not there");
    std::optional<Segments> made = name.create();
    acquire(*made, 2, 2);
    const auto refused = refusal_of([&] { static_cast<void>(name.attach(::getppid() + 1)); });
    CHECK(refused.status == ExitStatus::NotDrained);
    CHECK(mentions(refused.text, "the supervisor that started this program has died"));
    // It has kept nothing: the lock is as free as before.
    made.reset();
    auto other = name.open();
    REQUIRE(other);
    CHECK(other->lock_exclusively());
    CHECK(name.has_both());
}

TEST_CASE("an orphan that finds nothing unfinished and nobody else removes the segments", "[segments]") {
    const Name name;
    static_cast<void>(name.create());
    CHECK(refusal_of([&] { static_cast<void>(name.attach(::getppid() + 1)); }).status ==
          ExitStatus::NotDrained);
    CHECK(name.has_none());
}

TEST_CASE("who leaves removes the segments only as the last one, with all in the ledger", "[segments]") {
    const Name name;
    std::optional<Segments> made = name.create();
    Segments last = name.attach();
    acquire(last, 3, 3);
    CHECK(last.in_flight() == 3);
    last.storage().set_durable(2, {2, 0, 0, 0});
    last.leave();
    CHECK(name.has_both());  // another process has them

    made.reset();
    last.leave();
    CHECK(name.has_both());  // one record is not in the ledger

    last.storage().set_durable(3, {1, 0, 0, 0});
    CHECK(last.in_flight() == 0);
    last.leave();
    CHECK(name.has_none());
}

TEST_CASE("who leaves does not remove the segments of a generation that has the name by now", "[segments]") {
    const Name name;
    std::optional<Segments> first = name.create();
    Segments child = name.attach();
    first->unlink();
    CHECK_FALSE(child.are_current());
    first.reset();

    const Segments second = name.create();
    CHECK_FALSE(child.are_current());
    CHECK(second.are_current());
    child.leave();
    CHECK(name.has_both());
    CHECK(second.are_current());
}

TEST_CASE("a storage without its ring goes only if all its results are in the ledger", "[segments]") {
    const Name name;
    Segments::remove_storage_without_ring(name.text);  // there is none
    {
        const Segments left = name.create();
        acquire(left, 3, 3);
        left.storage().set_durable(1, {1, 0, 0, 0});
    }
    Segment::remove(name.text + ".ring");
    check_refused(refusal_of([&] { Segments::remove_storage_without_ring(name.text); }),
                  "holds 2 results that are not in the ledger");
    CHECK(name.has(".storage"));
    const auto storage = Segment::open(name.text + ".storage", Segment::Access::ReadWrite);
    REQUIRE(storage);
    static_cast<StorageArea*>(storage->address())->durable_word = 3U << 1U;
    Segments::remove_storage_without_ring(name.text);
    CHECK_FALSE(name.has(".storage"));
}

TEST_CASE("a supervisor that adopts segments forgets the processes of the one before", "[segments]") {
    const Name name;
    const Segments segments = name.create();
    RingArea& ring = segments.ring().area();
    const std::uint64_t own = ring.pid_namespace;
    ring.hands[0].process = 1;
    ring.hands[kMaxPlaces - 1].process = 2;
    ring.producer_process = 3;
    ring.pid_namespace = own + 1;
    segments.metrics().supervisor.process = 4;
    segments.take_over();
    CHECK(ring.hands[0].process == 0);
    CHECK(ring.hands[kMaxPlaces - 1].process == 0);
    CHECK(ring.producer_process == 0);
    CHECK(segments.metrics().supervisor.process == 0);
    CHECK(ring.pid_namespace == own);
}

TEST_CASE("an observer sees whether anybody has the segments, without touching their lock", "[segments]") {
    const Name name;
    std::optional<Segments> made = name.create();
    const auto looking = SegmentsView::open(name.text);
    REQUIRE(looking);
    CHECK(looking->are_in_use() == true);
    made.reset();
    CHECK(looking->are_in_use() == false);
    auto next = name.open();
    REQUIRE(next);
    CHECK(next->lock_exclusively());
    CHECK(looking->are_in_use() == true);
}

TEST_CASE("what the creator wrote once is compared with what it was, and named", "[segments]") {
    const Name name;
    Segments segments = name.create();
    CHECK_FALSE(segments.disorder());
    CHECK_FALSE(segments.damage());
    RingArea& ring = segments.ring().area();
    StorageArea& storage = segments.storage().area();
    std::string part;
    SECTION("the generation") {
        ring.header.generation ^= 1U;
        part = ".ring is damaged: ring.header.generation is ";
    }
    SECTION("the storage's capacity") {
        storage.header.capacity = 17;
        part = ".storage is damaged: storage.header.capacity is 17, and can only be 16";
    }
    SECTION("whether the source has an order") {
        ring.ordered = 3;
        part = ".ring is damaged: ring.ordered is 3, and can only be 1";
    }
    SECTION("the ledger's id") {
        ring.ledger_id ^= 8U;
        part = ".ring is damaged: ring.ledger_id is 8, and can only be 0";
    }
    SECTION("the source's name") {
        ring.source[1] ^= 4;
        part = ".ring is damaged: the hash of ring.source is ";
    }
    SECTION("whether positions are bare inodes") {
        ring.bare_inodes = 1;
        part = ".ring is damaged: ring.bare_inodes is 1, and can only be 0";
    }
    CHECK(mentions(segments.disorder().value_or(""), part));
    CHECK(mentions(segments.damage().value_or(""), part));
}

TEST_CASE("no process changes a spool's folder after the supervisor, but a producer its list's file",
          "[segments]") {
    const Name name;
    SegmentsPlan plan = Name::plan();
    plan.ordered = GENERATE(false, true);
    plan.source_file = {1, 2, 3};
    Segments segments = Segments::create(name.text, plan);
    segments.set_source_file({9, 2, 3});
    CHECK_FALSE(segments.disorder());
    segments.ring().area().source_file.inode = 6;
    const std::string said = segments.disorder().value_or("nothing");
    CHECK(mentions(said, plan.ordered ? "nothing" : "ring.source_file.inode is 6, and can only be 2"));
}

TEST_CASE("damage that one process has found is what all others say, and no start adopts it", "[segments]") {
    const Name name;
    const Segments segments = name.create();
    const Segments other = name.open().value();
    const Refusal first = refusal_of([&] {
        try {
            require_within(9, 0, 8, {"ring.tail"});
        } catch (const DamagedMemory& damage) {
            segments.refuse_damaged(damage);
        }
    });
    CHECK(first.status == ExitStatus::Internal);
    CHECK(mentions(first.text, ".ring or its storage is damaged: ring.tail is 9, and can be 0 to 8"));
    other.mark_damaged("something else");
    CHECK(other.disorder().value_or("") ==
          "segment /dev/shm/" + name.text + ".ring is damaged: ring.tail is 9, and can be 0 to 8");
    CHECK_THROWS_WITH(other.ring().require_unmarked(), "ring.tail is 9, and can be 0 to 8");
    check_refused(refusal_of([&] { other.check_contents(); }), "ring.tail is 9, and can be 0 to 8");
}
