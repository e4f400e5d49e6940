// SPDX-License-Identifier: Apache-2.0
// What the ledger does with a record whose id has a row already: the rows of the table in docs/ledger.md.
#include <fmt/format.h>

#include <string>

#include "common/ledger/sqlite/rows/ledger_rows.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr const char* kSpool = "spool:/in";
constexpr const char* kList = "lines:/list";

// One delivery of the invoice x.
struct Delivery {
    Status status = Status::Booked;
    const char* source = kSpool;
    std::uint64_t position = 1;
    int round = -1;  // not negative: it was given again, in that round
    bool from_start = false;
};

class Rules {
  public:
    // Commits the delivery in a generation of its own and returns its outcome.
    Outcome deliver(const Delivery& delivery) {
        Batch batch;
        Record& record = batch.add("x", delivery.position, delivery.status);
        if (delivery.status == Status::Waiting || delivery.round >= 0) {
            record.parts |= Record::kHasAttempt;
            record.attempt = Attempt();
            record.attempt.retry_after_us = 60'000'000;
            record.attempt.first_failed_us = 17;
            record.attempt.failures = 1;
        }
        if (delivery.round >= 0) {
            record.attempt.flags = Attempt::kGivenAgain;
            record.attempt.round = static_cast<std::uint32_t>(delivery.round);
        }
        CommitContext with = context(delivery.source);
        with.from_start = delivery.from_start;
        SqliteLedger(folder_.ledger()).commit(batch.range(), with);
        return batch.outcomes().front();
    }
    // Raises the round of the row, as a taker does.
    void take() {
        change(folder_.ledger(), "UPDATE invoices SET round = round + 1, due_at = 1, leased_until = 1");
    }
    // "STATUS in the row; STATUSES in history; number of duplicates".
    [[nodiscard]] std::string rows() const {
        return ask(folder_.ledger(),
                   "SELECT (SELECT status FROM invoices) || '; ' ||"
                   " coalesce((SELECT group_concat(status, ' ') FROM (SELECT status FROM history ORDER BY"
                   " rowid)), '') || '; ' || (SELECT count(*) FROM duplicates)");
    }
    [[nodiscard]] std::string column(const std::string& name) const {
        return ask(folder_.ledger(), "SELECT coalesce(" + name + ", 'none') FROM invoices");
    }
    // The ledger's own counts: of its sources, and of its rows.
    void require_balance() const {
        CHECK(ask(folder_.ledger(), "SELECT sum(acquired) FROM sources") ==
              ask(folder_.ledger(),
                  "SELECT (SELECT count(*) FROM invoices) + (SELECT count(*) FROM history) +"
                  " (SELECT count(*) FROM duplicates)"));
    }

  private:
    LedgerFolder folder_;
};

struct Case {
    const char* what;
    Delivery first;
    int takes;  // how often the row is taken between the two
    Delivery second;
    Outcome outcome;  // of the second
    const char* rows;
};

}  // namespace

TEST_CASE("an invoice that comes again is handled as the table of the rules says", "[ledger_rules]") {
    constexpr auto kBooked = Status::Booked;
    constexpr auto kRejected = Status::Rejected;
    constexpr auto kFailed = Status::Failed;
    constexpr auto kWaiting = Status::Waiting;
    const auto each = GENERATE(
        Case{"booked, the same position", {}, 0, {kFailed}, Outcome::Booked, "booked; ; 0"},
        Case{"booked, another position", {}, 0, {kBooked, kSpool, 2}, Outcome::Duplicate, "booked; ; 1"},
        Case{"booked, another source", {}, 0, {kFailed, kList, 1}, Outcome::Duplicate, "booked; ; 1"},
        Case{"booked, given again", {}, 1, {kFailed, kSpool, 1, 1}, Outcome::Booked, "booked; failed; 0"},
        Case{"failed in a list, the same position",
             {kFailed, kList},
             0,
             {kBooked, kList},
             Outcome::Failed,
             "failed; ; 0"},
        Case{"failed in a list, begun anew",
             {kFailed, kList},
             0,
             {kBooked, kList, 1, -1, true},
             Outcome::Booked,
             "booked; failed; 0"},
        Case{"booked in a list, begun anew",
             {kBooked, kList},
             0,
             {kFailed, kList, 1, -1, true},
             Outcome::Booked,
             "booked; ; 0"},
        Case{"failed, another list",
             {kFailed, kList},
             0,
             {kBooked, "lines:/other", 7},
             Outcome::Booked,
             "booked; failed; 0"},
        Case{"failed, another list, rejected",
             {kFailed, kList},
             0,
             {kRejected, "lines:/other", 7},
             Outcome::Rejected,
             "rejected; failed; 0"},
        Case{
            "failed, put back into the spool", {kFailed}, 0, {kBooked}, Outcome::Booked, "booked; failed; 0"},
        Case{"rejected, put back, failed", {kRejected}, 0, {kFailed}, Outcome::Failed, "failed; rejected; 0"},
        Case{"rejected, corrected under its name",
             {kRejected},
             0,
             {kBooked, kSpool, 2},
             Outcome::Booked,
             "booked; rejected; 0"},
        Case{"waiting, the same position", {kWaiting}, 0, {kFailed}, Outcome::Waiting, "waiting; ; 0"},
        Case{"waiting, the same position, booked",
             {kWaiting},
             0,
             {kBooked},
             Outcome::Booked,
             "booked; waiting; 0"},
        Case{"waiting, given again, booked",
             {kWaiting},
             1,
             {kBooked, kSpool, 1, 1},
             Outcome::Booked,
             "booked; waiting; 0"},
        Case{"waiting, given again, waiting",
             {kWaiting},
             1,
             {kWaiting, kSpool, 1, 1},
             Outcome::Waiting,
             "waiting; waiting; 0"},
        Case{"waiting, given again in an older round",
             {kWaiting},
             2,
             {kFailed, kSpool, 1, 1},
             Outcome::Waiting,
             "waiting; failed; 0"},
        Case{"waiting, booked in an older round",
             {kWaiting},
             2,
             {kBooked, kSpool, 1, 1},
             Outcome::Booked,
             "booked; waiting; 0"},
        Case{"waiting, delivered anew from elsewhere",
             {kWaiting},
             1,
             {kFailed, kList, 9},
             Outcome::Failed,
             "failed; waiting; 0"},
        Case{"failed, asked for by a user",
             {kFailed},
             1,
             {kBooked, kSpool, 1, 1},
             Outcome::Booked,
             "booked; failed; 0"});
    INFO(each.what);
    Rules rules;
    rules.deliver(each.first);
    for (int i = 0; i < each.takes; ++i) rules.take();
    CHECK(rules.deliver(each.second) == each.outcome);
    CHECK(rules.rows() == each.rows);
    rules.require_balance();
}

TEST_CASE("a fresh delivery ends the round of what was given again before it", "[ledger_rules]") {
    Rules rules;
    rules.deliver({Status::Waiting});
    rules.take();
    rules.deliver({Status::Failed, kList, 9});
    CHECK(rules.deliver({Status::Rejected, kSpool, 1, 1}) == Outcome::Failed);
    CHECK(rules.rows() == "failed; waiting rejected; 0");
    CHECK(rules.column("source") == kList);
    rules.require_balance();
}

TEST_CASE("attempts add up over the rounds, and what waits is due", "[ledger_rules]") {
    Rules rules;
    rules.deliver({Status::Waiting});
    CHECK(rules.column("due_at > stored_at + 59000000 AND due_at <= stored_at + 60000000") == "1");
    rules.take();
    rules.deliver({Status::Waiting, kSpool, 1, 1});
    rules.take();
    rules.deliver({Status::Booked, kSpool, 1, 2});
    CHECK(rules.column("attempts") == "3");
    CHECK(rules.column("round") == "2");
    CHECK(rules.column("failures") == "1");
    CHECK(rules.column("first_failed_at") == "17");
    CHECK(rules.column("due_at") == "none");
    CHECK(rules.column("leased_until") == "none");
}

TEST_CASE("two deliveries of one id in one transaction follow the rules too", "[ledger_rules]") {
    const LedgerFolder folder;
    Batch batch;
    for (std::uint64_t i = 0; i < 40; ++i) batch.add(fmt::format("id-{}", i), i);
    batch.add("id-3", 100, Status::Failed);
    batch.add("y", 101, Status::Failed);
    batch.add("y", 102, Status::Booked);
    batch.add("y", 103, Status::Rejected);
    SqliteLedger(folder.ledger()).commit(batch.range(), context(kSpool));
    const auto outcomes = batch.outcomes();
    CHECK(outcomes[3] == Outcome::Booked);
    CHECK(outcomes[40] == Outcome::Duplicate);
    CHECK(outcomes[41] == Outcome::Failed);
    CHECK(outcomes[42] == Outcome::Booked);
    CHECK(outcomes[43] == Outcome::Duplicate);
    CHECK(ask(folder.ledger(), "SELECT status || ' ' || position FROM invoices WHERE id = 'y'") ==
          "booked 102");
    CHECK(ask(folder.ledger(), "SELECT group_concat(id || ' ' || status || ' ' || position) FROM history") ==
          "y failed 101");
    CHECK(counts(folder) == "41 2 44");
}
