// SPDX-License-Identifier: Apache-2.0
// What can lie in shared memory under our names, besides what a kill leaves: cut, foreign, of another
// version, damaged, half of a pair. It is refused by its name, with what to do, and stays to the byte as it
// is; made whole again, it is adopted.
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/faults/leftover.hpp"
#include "tests/faults/other_user.hpp"
#include "tests/faults/said.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Damaged {
    std::string fault;
    std::function<void(const Leftover&)> damage;
    std::string segment;  // that is named: "ring" or "storage"
    std::string said;
    int status = 78;
};

std::string described(const std::filesystem::path& path) {
    const auto status = std::filesystem::symlink_status(path);
    if (std::filesystem::is_regular_file(status)) return read_file(path);
    return std::filesystem::exists(status) ? "something else" : "nothing";
}

// Refused, named, and nothing has changed.
void require_refused(Leftover& leftover, const Damaged& damaged,
                     const std::function<void()>& before_exec = {}) {
    const auto rows = leftover.run().rows();
    const auto before = described(leftover.ring()) + described(leftover.storage());
    auto supervisor = leftover.start(before_exec);
    INFO(damaged.fault);
    CHECK(supervisor.wait() == damaged.status);
    require_said(supervisor, damaged.fault,
                 {"/dev/shm/" + leftover.run().name() + "." + damaged.segment, damaged.said});
    CHECK(lines_with(supervisor, "error: ") == 1);
    CHECK(described(leftover.ring()) + described(leftover.storage()) == before);
    CHECK(leftover.run().rows() == rows);
    CHECK(PipelineRun::has_no_children());
}

void require_all_refused(Leftover& leftover, const std::vector<Damaged>& table) {
    for (const auto& damaged : table) {
        leftover.restore();
        damaged.damage(leftover);
        require_refused(leftover, damaged);
    }
}

void require_adopted(Leftover& leftover) {
    leftover.restore();
    auto supervisor = leftover.start();
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    CHECK(lines_with(supervisor, "adopting") == 1);
    leftover.run().require_numbers_up_to(leftover.numbers());
    leftover.run().require_nothing_left();
}

Damaged resized(const std::string& segment, const std::string& fault,
                const std::function<std::uintmax_t(std::uintmax_t)>& size, const std::string& said) {
    return {segment + " " + fault,
            [segment, size](const Leftover& leftover) {
                const auto path = segment == "ring" ? leftover.ring() : leftover.storage();
                std::filesystem::resize_file(path, size(std::filesystem::file_size(path)));
            },
            segment, said};
}

Damaged changed(const std::string& segment, const std::string& fault,
                const std::function<void(const Ring&, const Storage&)>& how, const std::string& said) {
    return {fault, [how](const Leftover& leftover) { leftover.change(how); }, segment, said};
}

}  // namespace

TEST_CASE("segments of another size, kind or version are refused and kept") {
    Leftover leftover;
    std::vector<Damaged> table;
    for (const std::string segment : {"ring", "storage"}) {
        table.push_back(resized(
            segment, "cut to nothing", [](auto) { return 0; }, "is empty"));
        table.push_back(resized(
            segment, "cut to 100 bytes", [](auto) { return 100; }, "is too small"));
        table.push_back(resized(
            segment, "cut to half", [](auto size) { return size / 2; }, "do not fit its capacity"));
        table.push_back(resized(
            segment, "cut by a byte", [](auto size) { return size - 1; }, "do not fit its capacity"));
        table.push_back(resized(
            segment, "grown", [](auto size) { return size + 4096; }, "do not fit its capacity"));
    }
    const auto header_of = [](const Ring& ring, const Storage& storage, bool of_ring) -> SegmentHeader& {
        return of_ring ? ring.area().header : storage.area().header;
    };
    for (const bool of_ring : {true, false}) {
        const std::string segment = of_ring ? "ring" : "storage";
        table.push_back(changed(
            segment, segment + " with a wrong magic",
            [=](const Ring& r, const Storage& s) { header_of(r, s, of_ring).magic ^= 1U; },
            "is not a segment of this pipeline"));
        table.push_back(changed(
            segment, segment + " of another layout",
            [=](const Ring& r, const Storage& s) { ++header_of(r, s, of_ring).layout_version; },
            "finish it with the version that made it"));
        table.push_back(changed(
            segment, segment + " with another capacity",
            [=](const Ring& r, const Storage& s) { header_of(r, s, of_ring).capacity = 63; },
            "do not fit its capacity of 63"));
        table.push_back(changed(
            "ring", segment + " of another generation",
            [=](const Ring& r, const Storage& s) { ++header_of(r, s, of_ring).generation; },
            "does not belong to /dev/shm/"));
    }
    require_all_refused(leftover, table);
    require_adopted(leftover);
}

TEST_CASE("half a pair of segments is refused and kept, unless there is nothing in it") {
    Leftover leftover;
    SECTION("with results in it") {
        require_all_refused(
            leftover,
            {{"ring without storage", [](const Leftover& l) { std::filesystem::remove(l.storage()); }, "ring",
              "has lost its storage"},
             {"storage without ring", [](const Leftover& l) { std::filesystem::remove(l.ring()); }, "storage",
              "holds 64 results that are not in the ledger"},
             {"damaged storage without ring",
              [](const Leftover& l) {
                  l.change([](const Ring&, const Storage& storage) { storage.area().tail = 0; });
                  std::filesystem::remove(l.ring());
              },
              "storage", "is damaged: its indices are out of order"},
             {"cut storage without ring",
              [](const Leftover& l) {
                  std::filesystem::resize_file(l.storage(), 1000);
                  std::filesystem::remove(l.ring());
              },
              "storage", "do not fit its capacity"}});
        require_adopted(leftover);
    }
    SECTION("a storage whose results are all in the ledger: the rest of an end that was cut short") {
        leftover.restore();
        leftover.change(
            [](const Ring&, const Storage& storage) { storage.area().durable_word = storage.tail() << 1U; });
        std::filesystem::remove(leftover.ring());
        auto supervisor = leftover.start();
        CHECK(supervisor.wait() == 0);
        leftover.run().require_numbers_up_to(leftover.numbers());
        leftover.run().require_nothing_left();
    }
}

TEST_CASE("a ring whose contents no kill leaves is refused and kept") {
    Leftover leftover;
    const auto word = [](const Ring& ring, std::size_t place, auto&& change) {
        HandWord changed = ring.hand(place).word();
        change(changed);
        ring.area().hands[place].word = changed.pack();
    };
    require_all_refused(
        leftover,
        {changed(
             "ring", "head beyond tail", [](const Ring& r, const Storage&) { r.area().head = r.tail() + 1; },
             "its head is beyond its tail"),
         changed(
             "ring", "more than the capacity",
             [](const Ring& r, const Storage&) { r.area().tail = r.tail() + 1; },
             "it holds more than its capacity"),
         changed(
             "ring", "tail beyond all numbers",
             [](const Ring& r, const Storage&) { r.area().tail = r.area().head = ~std::uint64_t{0}; },
             "its head is beyond its tail"),
         changed(
             "ring", "hand of 257",
             [=](const Ring& r, const Storage&) { word(r, 0, [](HandWord& w) { w.count = 257; }); },
             "the hand of place 0 is impossible"),
         changed(
             "ring", "more done than held",
             [=](const Ring& r, const Storage&) { word(r, 1, [](HandWord& w) { w.done = w.count + 1; }); },
             "the hand of place 1 is impossible"),
         changed(
             "ring", "hand beyond the tail",
             [=](const Ring& r, const Storage&) { word(r, 0, [&](HandWord& w) { w.first = r.tail(); }); },
             "the hand of place 0 is impossible"),
         changed(
             "ring", "the same invoice in two hands",
             [](const Ring& r, const Storage&) {
                 r.area().hands[7].word = r.hand(0).word().pack();
                 for (std::uint64_t i = 0; i < kMaxBatch; ++i) r.hand(7).item(i).copy_from(r.hand(0).item(i));
             },
             "the hands of places 0 and 7 hold the same invoice"),
         changed(
             "ring", "an invoice lost from a hand",
             [=](const Ring& r, const Storage&) { word(r, 0, [](HandWord& w) { ++w.done; }); },
             "are saved and"),
         changed(
             "ring", "an invoice lost from the ring",
             [](const Ring& r, const Storage&) { r.area().head = r.head() + 1; }, "are saved and"),
         changed(
             "ring", "no id in a slot", [](const Ring& r, const Storage&) { r.slot(r.head()).id_length = 0; },
             "has no id"),
         changed(
             "ring", "no id in a hand",
             [](const Ring& r, const Storage&) { r.hand(0).item(r.hand(0).word().done).id_length = 0; },
             "an invoice in the hand of place 0 has no id"),
         changed(
             "ring", "no end of the source's name",
             [](const Ring& r, const Storage&) { r.area().source.fill('x'); }, "which source and ledger"),
         changed(
             "ring", "another source",
             [](const Ring& r, const Storage&) { r.area().source.fill('\0'), r.area().source[0] = 'x'; },
             "finish them with --source x, give them up with clerk discard --name "),
         changed(
             "ring", "a lock of another kind",
             [](const Ring& r, const Storage&) {
                 std::memset(static_cast<void*>(&r.area().pop_lock), 0xff, 40);
             },
             "one of its locks could never be locked"),
         changed(
             "ring", "a lock of a process that lives",
             [](const Ring& r, const Storage&) { reinterpret_cast<std::uint32_t&>(r.area().push_lock) = 1; },
             "one of its locks could never be locked")});
    require_adopted(leftover);
}

TEST_CASE("a storage whose contents no kill leaves is refused and kept") {
    Leftover leftover;
    const auto record = [](const std::string& fault, const std::function<void(Record&)>& how) {
        return changed(
            "storage", fault, [how](const Ring&, const Storage& s) { how(s.record(s.tail() - 1)); },
            "is impossible");
    };
    require_all_refused(
        leftover,
        {changed(
             "storage", "tail before durable", [](const Ring&, const Storage& s) { s.area().tail = 1; },
             "its indices are out of order"),
         changed(
             "storage", "released beyond durable",
             [](const Ring&, const Storage& s) { s.area().released = s.durable() + 1; },
             "its indices are out of order"),
         changed(
             "storage", "more than the capacity",
             [](const Ring&, const Storage& s) { s.area().tail = s.tail() + 1; },
             "its indices are out of order"),
         changed(
             "storage", "more results than invoices",
             [](const Ring& r, const Storage& s) {
                 const auto move = r.tail() + 1 - s.tail();
                 s.area().tail = s.tail() + move;
                 s.area().durable_word = (s.durable() + move) << 1U;
                 s.area().released = s.released() + move;
             },
             "more results than invoices were acquired"),
         changed(
             "storage", "totals of something else",
             [](const Ring&, const Storage& s) { s.area().totals = {}; }, "its totals are not those"),
         changed(
             "storage", "a lock of another kind",
             [](const Ring&, const Storage& s) {
                 std::memset(static_cast<void*>(&s.area().save_lock), 0x55, 40);
             },
             "one of its locks could never be locked"),
         record("a place that does not exist", [](Record& r) { r.place = 256; }),
         record("a status that does not exist", [](Record& r) { r.status = static_cast<Status>(3); }),
         record("an outcome that does not exist", [](Record& r) { r.outcome = static_cast<Outcome>(5); }),
         record("a result without an id", [](Record& r) { r.id_length = 0; }),
         record("a result of an invoice to come", [](Record& r) { r.ring_index = 1'000'000; })});
    require_adopted(leftover);
}

TEST_CASE("whoever looks at a ring that names no ledger is told which segment is damaged") {
    const Leftover leftover;
    leftover.change([](const Ring& ring, const Storage&) { ring.area().ledger[0] = '\n'; });
    const auto audited = leftover.run().audit();
    CHECK(audited.status == 78);
    INFO(audited.errors);
    CHECK(audited.errors.find(leftover.run().name() + ".ring is damaged: ") != std::string::npos);
    CHECK(audited.errors.find(" is no ledger. It is left as it is") != std::string::npos);
}

TEST_CASE("what is no shared memory of ours is refused and kept") {
    Leftover leftover;
    const auto in_place_of = [](const std::filesystem::path& path,
                                const std::function<void(const char*)>& make) {
        std::filesystem::remove(path);
        make(path.c_str());
    };
    const auto link = [](const char* path) { REQUIRE(::symlink("/etc/hostname", path) == 0); };
    const auto folder = [](const char* path) { REQUIRE(::mkdir(path, 0700) == 0); };
    const auto fifo = [](const char* path) { REQUIRE(::mkfifo(path, 0600) == 0); };
    require_all_refused(
        leftover, {{"a link as ring", [=](const Leftover& l) { in_place_of(l.ring(), link); }, "ring",
                    "none of ours: remove it", 73},
                   {"a link as storage", [=](const Leftover& l) { in_place_of(l.storage(), link); },
                    "storage", "none of ours: remove it", 73},
                   {"a directory as ring", [=](const Leftover& l) { in_place_of(l.ring(), folder); }, "ring",
                    "none of ours: remove it", 73},
                   {"a FIFO as storage", [=](const Leftover& l) { in_place_of(l.storage(), fifo); },
                    "storage", "none of ours: remove it", 73}});
    require_adopted(leftover);
}

TEST_CASE("segments that this user does not own or may not open are refused and kept") {
    if (!can_become_other_user()) return;
    Leftover leftover;
    give_to_other_user(leftover.run().directory());
    require_all_refused(
        leftover, {{"another user's ring", [](const Leftover& l) { give_to_other_user(l.ring()); }, "ring",
                    "start as its owner, or choose another --name", 73},
                   {"another user's storage", [](const Leftover& l) { give_to_other_user(l.storage()); },
                    "storage", "start as its owner, or choose another --name", 73}});
    leftover.restore();
    require_refused(leftover, {"root's ring", {}, "ring", "start as its owner, or choose another --name", 73},
                    become_other_user);
    for (const auto& path : {leftover.ring(), leftover.storage()}) {
        give_to_other_user(path);
        REQUIRE(::chmod(path.c_str(), 0) == 0);
    }
    require_refused(leftover, {"a ring of mode 0000", {}, "ring", "must be made readable and writable", 73},
                    become_other_user);
    require_adopted(leftover);
}

TEST_CASE("what a killed creator left half-made is replaced") {
    PipelineRun run;
    for (const std::string segment : {".ring.new", ".storage.new"})
        write_file("/dev/shm/" + run.name() + segment, "half-made");
    auto supervisor =
        run.start({"--consumers", "1", "--once", "--source", "sequence:100", "--process", "none"});
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(100);
    run.require_nothing_left();
}

TEST_CASE("what stands in the way of making segments is named, and stays") {
    PipelineRun run;
    const std::filesystem::path obstacle = "/dev/shm/" + run.name() + ".storage.new";
    std::function<void()> before_exec;
    SECTION("a directory") {
        std::filesystem::create_directory(obstacle);
    }
    SECTION("another user's file") {
        if (!can_become_other_user()) return;
        give_to_other_user(run.directory());
        write_file(obstacle, "theirs");
        before_exec = become_other_user;
    }
    auto supervisor = run.start_in(
        before_exec, {"--consumers", "1", "--once", "--source", "sequence:100", "--process", "none"});
    CHECK(supervisor.wait() == 73);
    require_said(supervisor, "something in the way",
                 {obstacle, "File exists; remove it, or choose another --name"});
    CHECK(run.segments() == std::vector<std::string>{obstacle.filename()});
}
