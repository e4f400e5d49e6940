// SPDX-License-Identifier: Apache-2.0
// Bodies of invoices that are not booked, on their way into the ledger and back.
#include "common/core/bytes/kept_body.hpp"

#include <string>
#include <vector>

#include "common/shm/damaged_memory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

// A pipeline with one invoice in a hand.
class Held {
  public:
    template <class SetItem>
    explicit Held(SetItem&& set_item) {
        std::vector<Item> items(1);
        std::string bytes;
        set_item(items[0], bytes);
        REQUIRE(ring_.push(items, bytes).count == 1);
        REQUIRE(ring_.claim(hand_, 1, 0s) == Ring::ClaimOutcome::Claimed);
    }
    [[nodiscard]] const Item& item() const { return hand_.item(0); }
    [[nodiscard]] ByteAreaView ring_bytes() const { return ring_.bytes(); }
    const Record& save(Status status, const ExtraText* extra = nullptr) {
        Finding finding;
        finding.status = status;
        finding.extra = extra;
        REQUIRE(storage_.save(hand_, {&finding, 1}) == 1);
        storage_.require_sound(1);
        return storage_.record(0);
    }
    [[nodiscard]] ByteAreaView bytes() const { return storage_.bytes(); }

  private:
    MemorySegments segments_{8, 8};
    Ring ring_ = segments_.ring();
    Hand hand_ = ring_.hand(0);
    Storage storage_ = segments_.storage();
};

Held with_body(const std::string& body) {
    return Held([&](Item& item, std::string& bytes) { item.set_id_and_body("an id", body, 1000, bytes); });
}

}  // namespace

TEST_CASE("the body of an invoice that is not booked goes with its record", "[kept_body]") {
    const std::string body = GENERATE(std::string(), std::string("the body"), std::string(700, 'x'));
    const Status status = GENERATE(Status::Rejected, Status::Failed, Status::Waiting);
    Held held = with_body(body);
    const Record& record = held.save(status);
    CHECK(record.has_body());
    CHECK(record.id_in(held.bytes()) == "an id");
    CHECK(record.body_in(held.bytes()) == body);
    CHECK(record.body_in(held.bytes()).data() != nullptr);
    CHECK(record.output_in(held.bytes()).data() == nullptr);
    CHECK(record.result_in(held.bytes()).data() == nullptr);
}

TEST_CASE("a body lies beside a result or an output", "[kept_body]") {
    const Extra kind = GENERATE(Extra::Result, Extra::Output, Extra::Invoice);
    Held held = with_body("the body");
    const ExtraText extra{kind, "what a program said"};
    const Record& record = held.save(Status::Failed, &extra);
    CHECK(record.body_in(held.bytes()) == "the body");
    CHECK(record.result_in(held.bytes()) == (kind == Extra::Result ? extra.text : ""));
    CHECK(record.output_in(held.bytes()) == (kind == Extra::Output ? extra.text : ""));
    CHECK(record.terms_in(held.bytes()) == (kind == Extra::Invoice ? extra.text : ""));
}

TEST_CASE("the body of a booked invoice, and one that the ledger has, goes nowhere", "[kept_body]") {
    Held booked = with_body("the body");
    const Record& record = booked.save(Status::Booked);
    CHECK_FALSE(record.has_body());
    CHECK(record.body_in(booked.bytes()).data() == nullptr);

    GivenAgain again;
    again.round = 2;
    again.position = 17;
    Held given([&](Item& item, std::string& bytes) {
        item.set_given_again("an id", again, "the body", 1000, bytes);
    });
    CHECK(given.item().is_given_again());
    CHECK_FALSE(given.item().is_body_omitted());
    CHECK(given.item().body_in(given.ring_bytes()) == "the body");
    const auto earlier = given.item().given_again_in(given.ring_bytes());
    REQUIRE(earlier);
    CHECK(earlier->round == 2);
    CHECK(earlier->position == 17);
    CHECK_FALSE(given.save(Status::Failed).has_body());
}

TEST_CASE("a kept body that has no room is left out, and that is told", "[kept_body]") {
    std::string bytes;
    Item item;
    item.set_given_again("an id", {}, "the body", 5 + sizeof(GivenAgain) + 8, bytes);
    CHECK_FALSE(item.is_body_omitted());
    item.set_given_again("an id", {}, "the body", 5 + sizeof(GivenAgain) + 7, bytes);
    CHECK(item.is_body_omitted());
    CHECK(item.is_given_again());
    CHECK(item.given_again_in(ByteAreaView(bytes)).has_value());
    CHECK(item.body_in(ByteAreaView(bytes)).data() == nullptr);
}

TEST_CASE("a header of a kept body in which a bit has flipped is found", "[kept_body]") {
    KeptBody header = KeptBody::make("the body", Extra::Result);
    std::string text = "an id" + std::string(header.bytes()) + "the body{}";
    const std::size_t bit = GENERATE(range(std::size_t{0}, std::size_t{9 * 8}));
    text[5 + bit / 8] = static_cast<char>(text[5 + bit / 8] ^ (1 << (bit % 8)));
    IdBytes id;
    ByteSpan::make(0, "an id", Extra::Kept, text.size() - 5).store(id);
    CHECK_THROWS_AS(kept_body_in(kSpanned, id, ByteAreaView(text)), DamagedMemory);
    ByteSpan::make(0, "an id", Extra::Kept, sizeof header - 1).store(id);
    CHECK_THROWS_AS(kept_body_in(kSpanned, id, ByteAreaView(text)), DamagedMemory);
}
