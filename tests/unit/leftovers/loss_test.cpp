// SPDX-License-Identifier: Apache-2.0
#include "clerk/leftovers/loss.hpp"

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "common/core/item.hpp"
#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/segment_name.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Segments of a source with ten invoices: some in the ring, some in a hand, some processed.
struct Pipeline {
    explicit Pipeline(const char* source) : segments(Segments::create(name.text, plan(source))) {
        std::array<Item, 10> items;
        for (std::uint64_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
        Ring ring = segments.ring();
        REQUIRE(ring.push(items).count == items.size());
        const Hand hand = ring.hand(0);
        REQUIRE(ring.claim(hand, 5, std::chrono::nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
        const std::array<Finding, 2> findings{};
        REQUIRE(segments.storage().save(hand, findings) == 2);
    }
    static SegmentsPlan plan(const char* source) {
        SegmentsPlan plan;
        plan.ring_capacity = Capacity(16, MemorySegments::kByteCapacity);
        plan.storage_capacity = Capacity(16, MemorySegments::kByteCapacity);
        plan.source = source;
        plan.ledger = "sqlite:/l.db";
        plan.ordered = true;
        return plan;
    }
    SegmentName name{"loss"};
    Segments segments;
};

Loss loss(const char* source, std::size_t ids) {
    const Pipeline pipeline(source);
    return loss_of(pipeline.segments, ids);
}

}  // namespace

TEST_CASE("each invoice that is not in the ledger counts where it is", "[loss]") {
    const Loss of_list = loss("lines:/list", 4);
    CHECK(of_list.in_ring == 5);
    CHECK(of_list.in_hands == 3);
    CHECK(of_list.in_storage == 2);
    CHECK(of_list.all() == 10);
    CHECK(of_list.source == "lines:/list");
    CHECK(of_list.ledger == "sqlite:/l.db");
    CHECK(of_list.first_ids == std::vector<std::string>{"1", "2", "3", "4"});
    CHECK(loss("lines:/list", 100).first_ids.size() == 10);
}

TEST_CASE("what a kill has left unsettled counts once", "[loss]") {
    const Pipeline pipeline("sequence");
    // A claim and a save whose owners were killed before the last store.
    Ring ring = pipeline.segments.ring();
    REQUIRE(ring.claim(ring.hand(1), 2, std::chrono::nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    die_holding(ring.area().pop_lock, [&] { ring.area().head = 5; });
    die_holding(pipeline.segments.storage().area().save_lock, [&] {
        HandWord word = HandWord::unpack(ring.area().hands[0].word);
        word.done = 0;
        ring.area().hands[0].word = word.pack();
    });
    const Loss found = loss_of(pipeline.segments, 0);
    CHECK(found.in_ring == 3);
    CHECK(found.in_hands == 5);
    CHECK(found.in_storage == 2);
    CHECK(found.first_ids.empty());
}

TEST_CASE("it is said what becomes of what is lost", "[loss]") {
    const auto text = [](const char* source) { return loss_text("/dev/shm/n", loss(source, 2)); };
    const std::string of_list = text("lines:/list");
    check_mentions(of_list,
                   "/dev/shm/n.* hold 10 invoices of lines:/list that are not in the ledger sqlite:/l.db");
    check_mentions(of_list, "5 in the ring, 3 in the hands of consumers, 2 processed and not stored");
    check_mentions(of_list, "the next start of lines:/list reads them again");
    check_mentions(of_list, "the results of 2 are lost");
    check_mentions(text("spool:/in"),
                   "their files are still in the spool: the next start of spool:/in takes them");
    check_mentions(text("sequence"), "the next start of sequence gives them again");
    check_mentions(text("lines:-"), "lines:- gives nothing twice: they are lost: 1, 2 ...");
    check_mentions(text("lines0:-"), "they are lost: 1, 2 ...");
    check_mentions(text("unknown:x"), "unknown:x may give nothing twice: they are lost");
}

TEST_CASE("segments whose invoices are all in the ledger lose nothing", "[loss]") {
    Loss nothing;
    nothing.ledger = "sqlite:/l.db";
    CHECK(loss_text("/dev/shm/n", nothing) ==
          "/dev/shm/n.* hold no invoice that is not in the ledger sqlite:/l.db: nothing is lost\n");
}

TEST_CASE("damaged segments say that they are, and no numbers", "[loss]") {
    const Pipeline pipeline("sequence");
    pipeline.segments.ring().area().head = 1'000'000;
    check_mentions(
        text_of_refusal([&] { return loss_of(pipeline.segments, 5).all(); }, ExitStatus::Configuration),
        "is damaged");
}
