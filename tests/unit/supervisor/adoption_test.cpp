// SPDX-License-Identifier: Apache-2.0
// What a supervisor does with the segments that an earlier generation left, all of whose processes are dead.
#include "supervisor/preflight/adoption.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "common/ledger/open/open_ledger.hpp"
#include "common/shm/segment_path.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/root.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kItems = 3;

// Everything was killed when three items were saved, `durable` of them in the ledger, and the source told of
// one.
class Killed {
  public:
    explicit Killed(std::uint64_t durable, const SegmentsPlan& made_for = plan("sequence", "none")) {
        const Segments segments = Segments::create(name, made_for);
        std::array<Item, kItems> items{};
        for (std::size_t i = 0; i < kItems; ++i) set_number(items[i], i + 1);
        Ring ring = segments.ring();
        REQUIRE(ring.push(items).count == kItems);
        const Hand hand = ring.hand(0);
        REQUIRE(ring.claim(hand, kItems, std::chrono::nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
        Storage storage = segments.storage();
        REQUIRE(storage.save(hand, std::array<Finding, kItems>{}) == kItems);
        storage.set_durable(durable, {durable, 0, 0, 0});
        storage.release(1);
    }
    ~Killed() {
        for (const std::string& where : {name, place}) {
            Segment::remove(where + ".ring");
            Segment::remove(where + ".storage");
        }
        std::filesystem::remove(directory);
    }
    // From now on, new segments are wanted in another directory.
    void want_another_place() {
        std::filesystem::create_directory(directory);
        elsewhere = {segments_in("/not/there", name), name};
        place = segments_in(directory, name);
    }
    [[nodiscard]] std::string ring() const { return "/dev/shm/" + name + ".ring"; }
    [[nodiscard]] static SegmentsPlan plan(const std::string& source, const std::string& ledger) {
        return {8, 8, source, ledger, 0, true};
    }
    [[nodiscard]] Segments start(const std::string& source, const std::string& ledger) const {
        return start(plan(source, ledger));
    }
    [[nodiscard]] Segments start(const SegmentsPlan& wanted) const {
        return make_or_adopt({name, place, elsewhere, wanted,
                              [](SegmentsPlan& begun) { begun.start_position = 7; },
                              [](const KnownLedger&) {
                                  return open_ledger({LedgerSpec::Kind::None, {}});
                              },
                              std::chrono::nanoseconds(0), [] { return false; }});
    }

  private:
    const std::string name = fmt::format("unit-{}-adoption", ::getpid());
    const std::string directory = "/dev/shm/" + name + ".d";
    std::string place = name;
    std::vector<std::string> elsewhere;
};

}  // namespace

TEST_CASE("leftovers with nothing unfinished keep no other source or ledger from starting", "[adoption]") {
    const Killed killed(kItems);
    const auto [source, ledger] =
        GENERATE(std::pair("lines:/ids", "none"), std::pair("sequence", "sqlite:/l"));
    const Segments segments = killed.start(source, ledger);
    CHECK(segments.source() == source);
    CHECK(segments.ledger() == ledger);
    CHECK(segments.ring().tail() == 0);
    CHECK(segments.ring().area().start_position == 7);
}

TEST_CASE("receipts that the source has not been given are adopted, and called that", "[adoption]") {
    const CapturedLog captured;
    const Killed killed(kItems);
    const Segments segments = killed.start("sequence", "none");
    CHECK(segments.ring().tail() == kItems);
    CHECK(segments.storage().released() == 1);
    REQUIRE(captured.lines().size() == 1);
    CHECK(mentions(captured.lines()[0], "adopting 2 receipts"));
}

TEST_CASE("unfinished invoices are adopted by their own source and ledger, and by no other", "[adoption]") {
    const CapturedLog captured;
    const Killed killed(2);
    const auto refused = refusal_of([&] { static_cast<void>(killed.start("lines:/ids", "none")); });
    CHECK(refused.status == ExitStatus::Configuration);
    CHECK(mentions(refused.text, "holds 1 unfinished invoice of source 'sequence', not of 'lines:/ids'"));
    CHECK(mentions(refused.text, "give it up with clerk discard --name "));
    CHECK(refusal_of([&] { static_cast<void>(killed.start("sequence", "sqlite:/l")); }).status ==
          ExitStatus::Configuration);
    CHECK(killed.start("sequence", "none").in_flight() == 1);
    REQUIRE(captured.lines().size() == 1);
    CHECK(mentions(captured.lines()[0], "adopting 1 unfinished"));
}

TEST_CASE("unfinished invoices of a spool are adopted with the folder that they came from, and no other",
          "[adoption]") {
    const CapturedLog captured;
    const auto plan_for = [](const FileIdentity& folder) {
        SegmentsPlan plan{8, 8, "spool:/in", "none", 0, false};
        plan.source_file = folder;
        return plan;
    };
    const FileIdentity folder{1, 2, 3};
    const Killed killed(2, plan_for(folder));
    const auto refused = refusal_of([&] { static_cast<void>(killed.start(plan_for({1, 4, 3}))); });
    CHECK(refused.status == ExitStatus::Configuration);
    CHECK(mentions(refused.text, "1 unfinished invoices of another folder than 'spool:/in' is now"));
    // The same one on a file system that was mounted again.
    const Segments adopted = killed.start(plan_for({9, 2, 3}));
    CHECK(adopted.in_flight() == 1);
    CHECK(adopted.ring().area().source_file == FileIdentity{9, 2, 3});
}

TEST_CASE("another folder starts when nothing of the one before is unfinished", "[adoption]") {
    SegmentsPlan plan{8, 8, "spool:/in", "none", 0, false};
    plan.source_file = {1, 2, 3};
    const Killed killed(kItems, plan);
    plan.source_file = {1, 4, 3};
    const Segments made = killed.start(plan);
    CHECK(made.ring().tail() == 0);
    CHECK(made.ring().area().source_file == plan.source_file);
}

TEST_CASE("what is unfinished in another place is adopted there, and said", "[adoption]") {
    const CapturedLog captured;
    Killed killed(2);
    killed.want_another_place();
    const Segments segments = killed.start("sequence", "none");
    CHECK(segments.in_flight() == 1);
    CHECK(segments.path() + ".ring" == killed.ring());
    REQUIRE(captured.lines().size() == 2);
    CHECK(mentions(captured.lines()[0], "has left its segments in /dev/shm: they stay there until"));
}

TEST_CASE("what is done in another place goes, and new segments lie where they are wanted", "[adoption]") {
    const CapturedLog captured;
    Killed killed(kItems);
    killed.want_another_place();
    const Segments segments = killed.start("lines:/ids", "none");
    CHECK(segments.ring().tail() == 0);
    CHECK_FALSE(std::filesystem::exists(killed.ring()));
    CHECK(segments.path() + ".ring" != killed.ring());
    CHECK(std::filesystem::exists(segments.path() + ".ring"));
}

TEST_CASE("a stranger's segments in another place are in nobody's way", "[adoption]") {
    if (lacks_root()) return;
    const CapturedLog captured;
    Killed killed(2);
    killed.want_another_place();
    constexpr uid_t kStranger = 61'003;
    for (const char* segment : {".ring", ".storage"}) {
        const std::string path = std::filesystem::path(killed.ring()).replace_extension(segment);
        REQUIRE(::chown(path.c_str(), kStranger, kStranger) == 0);
    }
    const Segments segments = killed.start("sequence", "none");
    CHECK(segments.ring().tail() == 0);
    CHECK(std::filesystem::exists(killed.ring()));
    CHECK(captured.lines().empty());
}
