// SPDX-License-Identifier: Apache-2.0
// What an audit adds up, what it finds, and how it is shown.
#include <string>

#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "observer/audit/audit.hpp"
#include "observer/audit/audit_view.hpp"
#include "observer/audit/deep_check.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// A ledger with 1,000 rows, 700 of them of this generation, whose segments have 300 more in flight.
LedgerSight ledger_sight() {
    LedgerSight sight;
    SourceBooks books;
    books.source = "sequence";
    books.cursor = 1001;
    books.acquired = 1000;
    books.booked = 900;
    books.rejected = 60;
    books.failed = 30;
    books.duplicates = 10;
    sight.books.push_back(books);
    sight.recorded = 700;
    return sight;
}

Snapshot snapshot() {
    Snapshot seen;
    seen.source = "sequence";
    seen.flow.acquired = 1000;
    seen.flow.in_ring = 150;
    seen.flow.in_hands = 50;
    seen.flow.saved = 800;
    seen.flow.durable = 700;
    seen.flow.outcomes = {630, 42, 21, 7};
    return seen;
}

std::string findings_of(const Audit& audit) {
    std::string all;
    for (const auto& finding : audit.findings) all += finding + "\n";
    return all;
}

}  // namespace

TEST_CASE("what was acquired balances with what the ledger has and what is in flight", "[audit]") {
    const Audit audit = make_audit(snapshot(), ledger_sight(), 700);
    CHECK(audit.acquired == 1300);
    CHECK(audit.in_ring == 150);
    CHECK(audit.in_hands == 50);
    CHECK(audit.in_storage == 100);
    CHECK(audit.difference() == 0);
    CHECK(audit.is_balanced());
}

TEST_CASE("the ledger's snapshot may be ahead of what the segments call durable", "[audit]") {
    // A leader was killed after its COMMIT, or has just made it.
    LedgerSight ledger = ledger_sight();
    ledger.recorded = 750;
    ledger.books[0].acquired += 50;
    ledger.books[0].booked += 50;
    const Audit audit = make_audit(snapshot(), ledger, 700);
    CHECK(audit.acquired == 1300);
    CHECK(audit.in_storage == 50);
    CHECK(audit.is_balanced());
    // And the segments may have gone on since the ledger was read.
    Snapshot later = snapshot();
    later.flow.acquired = 1500;
    later.flow.saved = 1000;
    later.flow.in_ring = 450;
    later.flow.durable = 900;
    later.flow.outcomes.booked = 830;
    CHECK(make_audit(later, ledger, 700).is_balanced());
}

TEST_CASE("invoices that were given again after a loss of the segments are acquired once", "[audit]") {
    // All 700 records of this generation were redeliveries of rows that are there already.
    LedgerSight ledger = ledger_sight();
    ledger.books[0].acquired = 700;
    ledger.books[0].booked = 600;
    const Audit audit = make_audit(snapshot(), ledger, 700);
    CHECK(audit.acquired == 1000);
    CHECK(audit.is_balanced());
}

TEST_CASE("each kind of loss is found and says what it is", "[audit]") {
    Snapshot seen = snapshot();
    LedgerSight ledger = ledger_sight();
    std::uint64_t durable = 700;
    std::int64_t difference = 0;
    std::string said;
    SECTION("an item lost between ring and storage") {
        --seen.flow.in_hands;
        difference = 1;
        said = "999 of them are in ring, hands and storage";
    }
    SECTION("an item in two places") {
        ++seen.flow.in_ring;
        difference = -1;
        said = "1001 of them";
    }
    SECTION("a row that was deleted") {
        --ledger.books[0].booked;
        difference = 1;
        said = "1000 invoices acquired from sequence and has 999 rows";
    }
    SECTION("rows of a source that the ledger does not count") {
        SourceBooks unknown;
        unknown.source = "unknown\n";
        unknown.duplicates = 2;
        ledger.books.push_back(unknown);
        difference = -2;
        said = "0 invoices acquired from unknown\\x0a and has 2 rows";
    }
    SECTION("records called durable that the ledger does not have: an older copy of it") {
        ledger.recorded = 650;
        ledger.books[0].booked -= 50;
        ledger.books[0].acquired -= 50;
        difference = 50;
        said = "700 of their items are in the ledger, which has 650";
    }
    SECTION("a lost item and a row too many, which cancel each other out") {
        --seen.flow.in_hands;
        ++ledger.books[0].booked;
        difference = 0;
        said = "1001 rows";
    }
    SECTION("outcomes that do not add up") {
        ++seen.flow.outcomes.failed;
        difference = 0;
        said = "what became of 701 items";
    }
    SECTION("a ledger that is ahead of what was saved") {
        ledger.recorded = 900;
        durable = 0;
        difference = 0;
        said = "the ledger has 900 items of these segments, which have saved 800";
    }
    SECTION("a head that is beyond all numbers") {
        seen.flow.in_ring += std::uint64_t{1} << 63U;
        difference = INT64_MIN;
        said = "-9223372036854774808 of them are in ring";
    }
    const Audit audit = make_audit(seen, ledger, durable);
    CHECK(audit.difference() == difference);
    CHECK_FALSE(audit.is_balanced());
    check_mentions(findings_of(audit), said);
}

TEST_CASE("a pipeline without a ledger is audited by its segments alone", "[audit]") {
    const Audit audit = make_audit(snapshot(), std::nullopt, 700);
    CHECK(audit.acquired == 1000);
    CHECK(audit.booked == 630);
    CHECK(audit.in_storage == 100);
    CHECK(audit.is_balanced());
    Snapshot lost = snapshot();
    --lost.flow.outcomes.booked;
    CHECK(make_audit(lost, std::nullopt, 700).difference() == 1);
}

TEST_CASE("a ledger without segments, and one of a version that does not count generations, balance",
          "[audit]") {
    LedgerSight ledger = ledger_sight();
    const Audit finished = make_audit(std::nullopt, ledger, 0);
    CHECK(finished.acquired == 1000);
    CHECK(finished.is_balanced());
    ledger.recorded.reset();
    CHECK(make_audit(snapshot(), ledger, 700).acquired == 1300);
    CHECK(make_audit(snapshot(), ledger, 700).is_balanced());
}

TEST_CASE("an audit is shown line by line and as JSON", "[audit]") {
    AuditSubject subject{"name", "sqlite:/a \"b\"\xff", snapshot()};
    subject.snapshot->source = "lines:/\n";
    Audit audit = make_audit(subject.snapshot, ledger_sight(), 700);
    audit.proofs.emplace_back("so it is");
    CHECK(audit_text(subject, audit) ==
          "pipeline    name, dead\n"
          "source      lines:/\\x0a\n"
          "ledger      sqlite:/a \"b\"\\xff\n"
          "acquired            1300\n"
          "booked               900\n"
          "rejected              60\n"
          "failed                30\n"
          "waiting                0\n"
          "replaced               0\n"
          "duplicates            10\n"
          "pruned                 0\n"
          "in the ring          150\n"
          "in hands              50\n"
          "in storage           100\n"
          "difference             0\n"
          "right       so it is\n");
    CHECK(
        audit_json(subject, audit) ==
        R"({"name":"name","state":"dead","source":"lines:/\\x0a","ledger":"sqlite:/a \"b\"\\xff",)"
        R"("acquired":1300,"booked":900,"rejected":60,"failed":30,"waiting":0,"replaced":0,"duplicates":10,"pruned":0,"in_ring":150,)"
        R"("in_hands":50,"in_storage":100,"difference":0,"findings":[],"proofs":["so it is"]})");
    audit.acquired -= 2;
    audit.findings.emplace_back("a");
    audit.findings.emplace_back("b");
    check_mentions(audit_text(subject, audit), "difference            -2\nWRONG       a\nWRONG       b\n");
    check_mentions(audit_json(subject, audit), R"("difference":-2,"findings":["a","b"],)");
    subject.snapshot.reset();
    check_mentions(audit_text(subject, audit), "pipeline    name, finished\nledger ");
    check_mentions(audit_json(subject, audit), R"("state":"finished","source":null,)");
}

TEST_CASE("the state is that of the processes", "[audit]") {
    using Role = ProcessSight::Role;
    using State = ProcessSight::State;
    std::optional<Snapshot> seen = snapshot();
    seen->processes = {{Role::Producer, 0, 1, State::Dead}, {Role::Consumer, 0, 2, State::Dead}};
    CHECK(state_of(seen) == "dead");
    seen->processes[0].state = State::Stopped;
    CHECK(state_of(seen) == "stopped");
    seen->processes[1].state = State::Running;
    CHECK(state_of(seen) == "running");
}

TEST_CASE("a deep look finds gaps, repetitions and damage, and says what it found right", "[audit]") {
    const LedgerFolder folder;
    {
        SqliteLedger ledger(folder.ledger());
        Batch batch;
        for (std::uint64_t i = 1; i <= 1000; ++i) batch.add(std::to_string(i), i);
        batch.add("5", 1001);  // a duplicate
        ledger.commit(batch.range(), context("sequence", 1002));
    }
    DeepCheck check;
    const auto look = [&] {
        REQUIRE(read_ledger({LedgerSpec::Kind::Sqlite, folder.ledger()}, [&](LedgerReader& reader) {
            check = check_deep(reader, reader.books(), std::nullopt);
        }));
    };
    const auto found = [&] {
        std::string all;
        for (const auto& finding : check.findings) all += finding + "\n";
        return all;
    };
    look();
    CHECK(found().empty());
    CHECK(check.proofs ==
          std::vector<std::string>{"pages, indices and rows of the ledger agree, and no id has two rows",
                                   "sealed: 1001 outcomes in 1 commit of 1 chain are as they were written",
                                   "sequence: each number from 1 to 1001 is in the ledger once"});
    SECTION("a gap") {
        change(folder.ledger(), "DELETE FROM invoices WHERE position IN (17, 900); DELETE FROM duplicates");
        look();
        check_mentions(found(),
                       "3 numbers of sequence before its cursor 1002 are not in the ledger, the first is 17");
        CHECK(check.proofs.size() == 1);
    }
    SECTION("a repetition") {
        change(folder.ledger(),
               "INSERT INTO duplicates(source, position, id, seen_at) VALUES('sequence', 1000, 'x', 0)");
        look();
        check_mentions(found(), "1 number of sequence is in the ledger more than once, the first is 1000");
    }
    SECTION("what lies beyond the cursor, as after a crash, is no gap") {
        change(folder.ledger(), "UPDATE sources SET cursor = 500");
        look();
        CHECK(found().empty());
        CHECK(check.proofs.back() == "sequence: each number from 1 to 499 is in the ledger once");
        change(folder.ledger(), "UPDATE sources SET cursor = NULL");
        look();
        CHECK(found().empty());
    }
    SECTION("a cursor that the rows cannot explain is told without counting up to it") {
        change(folder.ledger(), "UPDATE sources SET cursor = -1");
        look();
        check_mentions(found(),
                       "at least 18446744073709550613 numbers of sequence before its cursor "
                       "18446744073709551615 are not in the ledger");
        change(folder.ledger(), "UPDATE sources SET cursor = 9223372036854775807");
        look();
        check_mentions(found(), "at least 9223372036854774805 numbers of sequence");
    }
    SECTION("a row that its index does not know") {
        // The table is made to look as if it had no index while a row goes in.
        change(folder.ledger(),
               "PRAGMA writable_schema = 1;"
               "CREATE TABLE kept_index AS SELECT * FROM sqlite_schema WHERE name = 'invoices_id';"
               "DELETE FROM sqlite_schema WHERE name = 'invoices_id'");
        change(
            folder.ledger(),
            "INSERT INTO invoices(id, source, position, status, attempts, consumer, acquired_at, stored_at)"
            " SELECT 'lost', source, 5000, status, 1, 0, 0, 0 FROM invoices LIMIT 1");
        change(folder.ledger(),
               "PRAGMA writable_schema = 1;"
               "INSERT INTO sqlite_schema SELECT * FROM kept_index");
        look();
        check_mentions(found(), "the ledger is damaged: row 1001 missing from index");
    }
}
