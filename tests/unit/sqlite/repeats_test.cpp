// SPDX-License-Identifier: Apache-2.0
// An invoice that repeats a booked one: the same seller and number, or the same bytes, under another id.
#include <string>

#include "common/core/terms/invoice_terms.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Invoice {
    std::string number = "R-1";
    std::string seller_id = "DE1";
    std::string seller = "A & Co";
    std::string kind = "380";
    std::string file = "";
    Status status = Status::Booked;
};

class Invoices {
  public:
    explicit Invoices(SameNumber mode = SameNumber::Mark) : mode_(mode) {}
    // Delivers an invoice, and returns its outcome.
    Outcome deliver(const std::string& id, std::uint64_t position, const Invoice& invoice) {
        Batch batch;
        add(batch, id, position, invoice);
        return commit(batch).front();
    }
    static void add(Batch& batch, const std::string& id, std::uint64_t position, const Invoice& invoice) {
        batch.add(id, position, invoice.status);
        batch.details().set_supplier(invoice.seller);
        InvoiceTerms terms;
        terms.set(Term::Kind, invoice.kind);
        terms.set(Term::Number, invoice.number);
        terms.set(Term::SupplierId, invoice.seller_id);
        terms.set(Term::FileDigest, invoice.file);
        batch.add_extra(Extra::Invoice, terms.packed());
    }
    // Makes the batch's only record one of a round that is not the row's any more.
    static void make_late_round(Batch& batch) {
        Record& record = batch.range().record(0);
        record.parts |= Record::kHasAttempt;
        record.attempt = Attempt();
        record.attempt.flags = Attempt::kGivenAgain;
        record.attempt.round = 99;
        record.attempt.position = record.position;
    }
    std::vector<Outcome> commit(Batch& batch) {
        CommitContext of = context("spool:/in");
        of.same_number = mode_;
        ledger_.commit(batch.range(), of);
        return batch.outcomes();
    }
    // "ID STATUS REPEATS REASON" of an id.
    [[nodiscard]] std::string row(const std::string& id) const {
        return ask(folder_.ledger(),
                   "SELECT id || ' ' || status || ' ' || coalesce(repeats, '-') || ' ' ||"
                   " coalesce(reason, '-') FROM invoices WHERE id = '" +
                       id + "'");
    }
    [[nodiscard]] std::string ask_ledger(const std::string& sql) const { return ask(folder_.ledger(), sql); }

  private:
    LedgerFolder folder_;
    SqliteLedger ledger_{folder_.ledger()};
    SameNumber mode_;
};

}  // namespace

TEST_CASE("a repeated invoice is booked, and names the first one", "[repeats]") {
    Invoices invoices;
    CHECK(invoices.deliver("a", 1, {}) == Outcome::Booked);
    CHECK(invoices.deliver("b", 2, {}) == Outcome::Booked);
    CHECK(invoices.deliver("c", 3, {}) == Outcome::Booked);
    CHECK(invoices.row("a") == "a booked - -");
    CHECK(invoices.row("b") == "b booked a -");
    CHECK(invoices.row("c") == "c booked a -");
}

TEST_CASE("invoices of one transaction repeat each other", "[repeats]") {
    Invoices invoices;
    Batch batch;
    for (const char* id : {"a", "b", "c"}) Invoices::add(batch, id, batch.outcomes().size() + 1, {});
    CHECK(invoices.commit(batch) == std::vector<Outcome>(3, Outcome::Booked));
    CHECK(invoices.row("c") == "c booked a -");
}

TEST_CASE("another seller, another number or a credit note is no repeat", "[repeats]") {
    Invoices invoices;
    invoices.deliver("a", 1, {});
    Invoice other;
    SECTION("number") {
        other.number = "R-2";
    }
    SECTION("no number") {
        other.number = "";
    }
    SECTION("seller") {
        other.seller_id = "DE2";
    }
    SECTION("credit note") {
        other.kind = "381";
    }
    SECTION("not booked") {
        other.status = Status::Rejected;
    }
    invoices.deliver("b", 2, other);
    CHECK(invoices.ask_ledger("SELECT count(*) FROM invoices WHERE repeats NOT NULL") == "0");
}

TEST_CASE("a seller without an id is known by its name", "[repeats]") {
    Invoices invoices;
    Invoice by_name;
    by_name.seller_id = "";
    invoices.deliver("a", 1, by_name);
    invoices.deliver("b", 2, by_name);
    CHECK(invoices.row("b") == "b booked a -");
    by_name.seller = "B & Co";
    invoices.deliver("c", 3, by_name);
    CHECK(invoices.row("c") == "c booked - -");
}

TEST_CASE("the same bytes are a repeat, whatever they say", "[repeats]") {
    Invoices invoices;
    Invoice first;
    first.number = "";
    first.file = "0011";
    Invoice second = first;
    second.kind = "381";
    invoices.deliver("a", 1, first);
    invoices.deliver("b", 2, second);
    CHECK(invoices.row("b") == "b booked a -");
}

TEST_CASE("with reject a repeated invoice is rejected, and says what it repeats", "[repeats]") {
    Invoices invoices(SameNumber::Reject);
    Invoice file;
    file.number = "";
    file.file = "0011";
    CHECK(invoices.deliver("a", 1, {}) == Outcome::Booked);
    CHECK(invoices.deliver("b", 2, {}) == Outcome::Rejected);
    CHECK(invoices.deliver("c", 3, {}) == Outcome::Rejected);
    CHECK(invoices.row("b") ==
          "b rejected a the same seller and number as an invoice that is booked (column repeats)");
    CHECK(invoices.row("c") ==
          "c rejected a the same seller and number as an invoice that is booked (column repeats)");
    CHECK(invoices.deliver("d", 4, file) == Outcome::Booked);
    CHECK(invoices.deliver("e", 5, file) == Outcome::Rejected);
    CHECK(invoices.row("e") == "e rejected d the same bytes as an invoice that is booked (column repeats)");
    CHECK(invoices.deliver("b", 2, {}) == Outcome::Rejected);  // put back: tried again
    CHECK(invoices.ask_ledger("SELECT group_concat(id || status) FROM history") == "brejected");
}

TEST_CASE("with book nothing is looked for", "[repeats]") {
    Invoices invoices(SameNumber::Book);
    invoices.deliver("a", 1, {});
    CHECK(invoices.deliver("b", 2, {}) == Outcome::Booked);
    CHECK(invoices.row("b") == "b booked - -");
}

TEST_CASE("a refused attempt that comes too late is refused in history too", "[repeats]") {
    Invoices invoices(SameNumber::Reject);
    invoices.deliver("a", 1, {});
    Invoice waiting;
    waiting.number = "R-2";
    waiting.status = Status::Waiting;
    invoices.deliver("b", 2, waiting);
    Batch batch;
    Invoices::add(batch, "b", 2, {});
    invoices.make_late_round(batch);
    CHECK(invoices.commit(batch) == std::vector<Outcome>{Outcome::Waiting});
    CHECK(invoices.row("b").starts_with("b waiting - "));
    CHECK(invoices.ask_ledger("SELECT group_concat(id || ' ' || status || ' ' || repeats) FROM history") ==
          "b rejected a");
}

TEST_CASE("a text that was cut is compared with none", "[repeats]") {
    Invoices invoices;
    Invoice longest;
    longest.number = std::string(kMaxTermBytes, 'x');
    invoices.deliver("a", 1, longest);
    invoices.deliver("b", 2, longest);
    CHECK(invoices.row("b") == "b booked a -");
    longest.number += "1";
    invoices.deliver("c", 3, longest);
    invoices.deliver("d", 4, longest);
    CHECK(invoices.row("d") == "d booked - -");
}
