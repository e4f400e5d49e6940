// SPDX-License-Identifier: Apache-2.0
// A consumer that is told to leave, run to its end in this process over segments of its own.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "consumer/consumer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

class ListingLedger final : public Ledger {
  public:
    void commit(const RecordRange& records, const CommitContext&) override {
        if (refusals > 0) {
            --refusals;
            throw LedgerUnavailable("the ledger is locked");
        }
        for (std::size_t i = 0; i < records.size(); ++i) {
            ids.emplace_back(records.record(i).shown_id());
            records.record(i).outcome = Outcome::Booked;
        }
    }
    std::optional<std::uint64_t> cursor(std::string_view) override { return std::nullopt; }
    std::vector<std::string> ids;
    int refusals = 0;
};

// Tells its own consumer to leave while it processes `last`.
class TellingProcessor final : public Processor {
  public:
    TellingProcessor(HandArea& hand, std::string last) : hand_(hand), last_(std::move(last)) {}
    void process(const Acquired& invoice, Result& result) override {
        result = {};
        if (invoice.id == last_) hand_.leave.store(1);
    }

  private:
    HandArea& hand_;
    std::string last_;
};

class Fixture {
  public:
    Fixture() {
        std::vector<Item> items(6);
        for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
        Ring ring = segments.ring();
        REQUIRE(ring.push(items).count == items.size());
        options.name = name;
        options.place = 1;
        options.ledger.kind = LedgerSpec::Kind::None;
        options.parent = ::getppid();
    }
    ~Fixture() { segments.unlink(); }
    [[nodiscard]] HandArea& hand() { return segments.ring().area().hands[1]; }
    ExitStatus run(const std::string& last) {
        TellingProcessor processor(hand(), last);
        return std::make_unique<Consumer>(options, segments, processor, ledger)->run();
    }

    const std::string name = fmt::format("unit-{}-leave", ::getpid());
    Segments segments = Segments::create(name, {8, 8, "sequence", "none", 1, true});
    ConsumerOptions options;
    ListingLedger ledger;
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a consumer that is told to leave saves its hand, makes it durable and takes nothing more",
          "[consumer]") {
    Fixture fixture;
    REQUIRE(fixture.run("1") == ExitStatus::Drained);
    // Nothing is known of the invoices' cost before the first: it is claimed alone.
    CHECK(fixture.ledger.ids == Ids{"1"});
    CHECK(fixture.segments.ring().head() == 1);
    CHECK(fixture.segments.ring().hand(1).empty());
    CHECK(fixture.hand().process == 0);
    CHECK(fixture.segments.storage().durable() == 1);
}

TEST_CASE("a consumer that is told from the beginning finishes its predecessor's hand and leaves",
          "[consumer]") {
    Fixture fixture;
    const Hand hand = fixture.segments.ring().hand(1);
    REQUIRE(fixture.segments.ring().claim(hand, 3, std::chrono::seconds(1)) == Ring::ClaimOutcome::Claimed);
    fixture.hand().leave = 1;
    REQUIRE(fixture.run("none") == ExitStatus::Drained);
    CHECK(fixture.ledger.ids == Ids{"1", "2", "3"});
    CHECK(hand.empty());
    CHECK(fixture.segments.storage().durable() == 3);
}

TEST_CASE("a consumer that is told to leave waits for the ledger before it does", "[consumer]") {
    Fixture fixture;
    fixture.ledger.refusals = 3;
    REQUIRE(fixture.run("1") == ExitStatus::Drained);
    CHECK(fixture.ledger.refusals == 0);
    CHECK(fixture.ledger.ids == Ids{"1"});
}

TEST_CASE("a consumer that is told to leave a pipeline that drains stays until the end", "[consumer]") {
    Fixture fixture;
    fixture.hand().leave = 1;
    SECTION("the ring is closed") {
        fixture.segments.ring().close();
    }
    SECTION("the source is to stop, and has no producer that would close the ring") {
        fixture.segments.ring().area().stop = 1;
    }
    SECTION("the supervisor is dead") {
        fixture.options.parent = ::getpid();  // it is not this process' parent
    }
    REQUIRE(fixture.run("none") == ExitStatus::Drained);
    CHECK(fixture.ledger.ids == Ids{"1", "2", "3", "4", "5", "6"});
    CHECK(fixture.segments.in_flight() == 0);
}
