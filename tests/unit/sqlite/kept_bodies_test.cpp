// SPDX-License-Identifier: Apache-2.0
// The ledger keeps a body as long as its row is not booked, and gives it again with the row.
#include "common/core/bytes/kept_body.hpp"
#include "common/core/terms/invoice_terms.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_taker.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSource = "exec:feed";

class Bodies {
  public:
    // Delivers an invoice; `body` empty: without one.
    void deliver(const std::string& id, std::uint64_t position, Status status, const std::string& body) {
        Batch batch;
        Record& record = batch.add(id, position, status);
        record.parts = Record::kHasAttempt;
        record.attempt = Attempt();
        if (!body.empty() && status != Status::Booked) {
            const KeptBody header = KeptBody::make(body, Extra::None);
            batch.add_extra(Extra::Kept, std::string(header.bytes()) + body);
        }
        commit(batch);
    }
    // Gives the rows that are due again, with one result for all.
    std::vector<TakenRow> give_again(Status status) {
        change(folder_.ledger(), "UPDATE invoices SET due_at = 1 WHERE status <> 'booked'");
        const auto rows = taker()->take(100, 60s, {});
        for (const TakenRow& row : rows) {
            Batch batch;
            Record& record = batch.add(row.id, row.earlier.position, status);
            record.parts = Record::kHasAttempt;
            record.attempt = Attempt();
            record.attempt.flags = Attempt::kGivenAgain;
            record.attempt.position = row.earlier.position;
            record.attempt.round = row.earlier.round;
            commit(batch);
        }
        return rows;
    }
    [[nodiscard]] std::unique_ptr<LedgerTaker> taker() const {
        return make_sqlite_taker(folder_.ledger(), {kSource, {}}, [] { return KnownLedger(); });
    }
    // "ID=BODY ...", in the order of ids.
    [[nodiscard]] std::string kept() const {
        return ask(folder_.ledger(),
                   "SELECT group_concat(id || '=' || CAST(body AS TEXT), ' ')"
                   " FROM (SELECT * FROM bodies ORDER BY id)");
    }
    void make_due() const { change(folder_.ledger(), "UPDATE invoices SET due_at = 1"); }

  private:
    void commit(Batch& batch) { ledger_.commit(batch.range(), context(kSource)); }

    LedgerFolder folder_;
    SqliteLedger ledger_{folder_.ledger()};
};

}  // namespace

TEST_CASE("a body is kept with what waits, was rejected or failed, and with nothing that is booked",
          "[kept_bodies]") {
    Bodies bodies;
    bodies.deliver("a", 1, Status::Waiting, "body a");
    bodies.deliver("b", 2, Status::Rejected, "body b");
    bodies.deliver("c", 3, Status::Failed, "body c");
    bodies.deliver("d", 4, Status::Booked, "body d");
    bodies.deliver("e", 5, Status::Waiting, "");
    CHECK(bodies.kept() == "a=body a b=body b c=body c");
}

TEST_CASE("an invoice is given again with its body until it is booked", "[kept_bodies]") {
    Bodies bodies;
    bodies.deliver("a", 1, Status::Waiting, "body a");
    bodies.deliver("b", 2, Status::Waiting, "");
    for (const Status status : {Status::Waiting, Status::Failed, Status::Booked}) {
        const auto rows = bodies.give_again(status);
        REQUIRE(rows.size() == 2);
        for (const TakenRow& row : rows)
            CHECK(row.body == (row.id == "a" ? std::optional<std::string>("body a") : std::nullopt));
        CHECK(bodies.kept() == (status == Status::Booked ? "" : "a=body a"));
    }
    CHECK(bodies.give_again(Status::Booked).empty());
}

TEST_CASE("a fresh delivery brings its own body, or none", "[kept_bodies]") {
    Bodies bodies;
    bodies.deliver("a", 1, Status::Failed, "old");
    bodies.deliver("a", 2, Status::Failed, "new");
    CHECK(bodies.kept() == "a=new");
    bodies.deliver("a", 2, Status::Failed, "the same position");  // a redelivery
    CHECK(bodies.kept() == "a=new");
    bodies.deliver("a", 3, Status::Rejected, "");
    CHECK(bodies.kept().empty());
    bodies.deliver("a", 4, Status::Failed, "newest");
    bodies.deliver("a", 5, Status::Booked, "");
    CHECK(bodies.kept().empty());
    bodies.deliver("a", 6, Status::Failed, "too late");  // a duplicate
    CHECK(bodies.kept().empty());
}

TEST_CASE("what is taken at once is bounded by the bytes of the bodies", "[kept_bodies]") {
    Bodies bodies;
    for (std::uint64_t i = 1; i <= 7; ++i)
        bodies.deliver(std::to_string(i), i, Status::Failed,
                       std::string(LedgerTaker::kBodiesAtOnce / 2, 'x'));
    bodies.make_due();
    const auto taker = bodies.taker();
    for (const std::size_t count : {2U, 2U, 2U, 1U, 0U}) CHECK(taker->take(100, 60s, {}).size() == count);
}

TEST_CASE("a body beside an invoice that the ledger books or rejects goes with its status", "[kept_bodies]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    const auto deliver = [&](const std::string& id, std::uint64_t position, SameNumber mode) {
        InvoiceTerms terms;
        terms.set(Term::Number, "R-1");
        terms.set(Term::SupplierId, "DE1");
        const KeptBody header = KeptBody::make("the body", Extra::Invoice);
        Batch batch;
        batch.add(id, position);
        batch.add_extra(Extra::Kept, std::string(header.bytes()) + "the body" + terms.packed());
        CommitContext of = context(kSource);
        of.same_number = mode;
        ledger.commit(batch.range(), of);
        return batch.outcomes().front();
    };
    const auto kept = [&] {
        return ask(folder.ledger(), "SELECT group_concat(id || '=' || CAST(body AS TEXT)) FROM bodies");
    };
    CHECK(deliver("a", 1, SameNumber::Mark) == Outcome::Booked);
    CHECK(deliver("b", 2, SameNumber::Mark) == Outcome::Booked);
    CHECK(kept().empty());
    CHECK(deliver("c", 3, SameNumber::Reject) == Outcome::Rejected);
    CHECK(kept() == "c=the body");
    CHECK(deliver("c", 4, SameNumber::Book) == Outcome::Booked);
    CHECK(kept().empty());
}

TEST_CASE("a row whose body was too long to keep is given again as one without it", "[kept_bodies]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    const std::string reason =
        GENERATE("its body is longer than --body-max", "its body is not kept, or", "busy");
    Batch batch;
    batch.add("a", 1, Status::Failed);
    batch.details().set_reason(reason);
    ledger.commit(batch.range(), context(kSource));
    change(folder.ledger(), "UPDATE invoices SET due_at = 1");
    const auto taker = make_sqlite_taker(folder.ledger(), {kSource, {}}, [] { return KnownLedger(); });
    const auto rows = taker->take(10, 60s, {});
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].is_body_lost == (reason != "busy"));
    CHECK_FALSE(rows[0].body.has_value());
}
