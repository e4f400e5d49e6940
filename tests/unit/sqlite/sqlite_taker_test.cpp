// SPDX-License-Identifier: Apache-2.0
// Rows that are due are taken, leased, renewed and given back.
#include "common/ledger/sqlite/sqlite_taker.hpp"

#include <poll.h>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

// A ledger with the waiting invoices "a" and "caf\xe9" of spool:/in, and a booked one.
class Waiting {
  public:
    Waiting() {
        Batch batch;
        for (const char* id : {"a", "caf\xe9"}) {
            Record& record = batch.add(id, 10, Status::Waiting);
            record.parts = Record::kHasAttempt;
            record.attempt = Attempt();
            record.attempt.failures = 2;
            record.attempt.first_failed_us = 17;
            record.attempt.retry_after_us = 3'600'000'000;
        }
        batch.add("booked", 12);
        SqliteLedger(folder_.ledger()).commit(batch.range(), context("spool:/in"));
    }
    [[nodiscard]] std::unique_ptr<LedgerTaker> taker(const std::string& source = "spool:/in",
                                                     std::optional<std::uint64_t> generation = {}) const {
        return make_sqlite_taker(folder_.ledger(), {source, generation}, [] { return KnownLedger(); });
    }
    void set(const std::string& assignment) const {
        change(folder_.ledger(), "UPDATE invoices SET " + assignment);
    }
    [[nodiscard]] std::string column(const std::string& expression) const {
        return ask(folder_.ledger(),
                   "SELECT group_concat(" + expression + ", ' ') FROM (SELECT * FROM invoices ORDER BY id)");
    }

  private:
    LedgerFolder folder_;
};

std::vector<std::string> ids(const std::vector<TakenRow>& rows) {
    std::vector<std::string> all;
    for (const TakenRow& row : rows) all.push_back(row.id);
    std::sort(all.begin(), all.end());
    return all;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a due row is taken once, with its rounds and its own bytes, and never while it is in flight",
          "[ledger_taker]") {
    const Waiting waiting;
    const auto taker = waiting.taker();
    CHECK(taker->take(10, 60s, {}).empty());
    CHECK(*taker->until_next() > 50min);
    waiting.set("due_at = 1");
    CHECK(taker->until_next() == 0us);
    const auto taken = taker->take(10, 60s, {});
    REQUIRE(ids(taken) == Ids{"a", "caf\xe9"});
    CHECK(taken[0].earlier.round == 1);
    CHECK(taken[0].earlier.position == 10);
    CHECK(taken[0].earlier.failures == 2);
    CHECK(taken[0].earlier.attempts == 1);
    CHECK(taken[0].earlier.first_failed_us == 17);
    CHECK(taker->take(10, 60s, {}).empty());
    CHECK(*taker->until_next() > 50s);
    CHECK(waiting.column("round") == "1 0 1");  // a, booked, caf\\xe9
    CHECK(waiting.column("status") == "waiting booked waiting");
    waiting.set("due_at = 1 WHERE due_at NOT NULL");  // the leases are over
    CHECK(ids(taker->take(10, 60s, {"a"})) == Ids{"caf\xe9"});
    CHECK(waiting.column("round") == "1 0 2");
    CHECK(waiting.column("due_at > 1") == "1 0 1");  // nobody takes the booked one
}

TEST_CASE("leases are renewed, given back, and ended after a taker's death", "[ledger_taker]") {
    const Waiting waiting;
    const auto taker = waiting.taker();
    waiting.set("due_at = 1");
    const auto taken = taker->take(1, 60s, {});
    REQUIRE(taken.size() == 1);
    taker->renew(taken, 2h);
    waiting.set("due_at = due_at + 0 WHERE id = '" + taken[0].id + "'");
    CHECK(ids(taker->take(10, 60s, {})).size() == 1);
    CHECK(taker->take(10, 60s, {}).empty());
    taker->give_back(taken, 0us);
    CHECK(ids(taker->take(10, 60s, {})) == Ids{taken[0].id});
    taker->end_leases({"a"});
    CHECK(ids(taker->take(10, 60s, {})) == Ids{"caf\xe9"});
    taker->end_leases({});
    CHECK(ids(taker->take(10, 60s, {})) == Ids{"a", "caf\xe9"});
}

TEST_CASE(
    "only the source's rows are taken, of standard input only those of the run or that a user asked for",
    "[ledger_taker]") {
    const Waiting waiting;
    waiting.set("due_at = 1");
    CHECK(waiting.taker("spool:/other")->take(10, 60s, {}).empty());
    CHECK(waiting.taker("spool:/in", 7)->take(10, 60s, {}).empty());
    waiting.set("status = 'failed' WHERE id = 'a'");
    const auto taken = waiting.taker("spool:/in", 7)->take(10, 60s, {});
    REQUIRE(ids(taken) == Ids{"a"});
    CHECK(taken[0].earlier.failures == 0);  // it begins anew
    CHECK(taken[0].earlier.first_failed_us == 0);
}

TEST_CASE("for a try, the waiting row is taken whose last attempt is the longest ago, due or not",
          "[ledger_taker]") {
    const Waiting waiting;
    const auto taker = waiting.taker();
    waiting.set("stored_at = stored_at - 1 WHERE id <> 'a'");
    const auto first = taker->take_for_a_try(60s);
    REQUIRE(ids(first) == Ids{"caf\xe9"});
    CHECK(first[0].earlier.round == 1);
    CHECK(ids(taker->take_for_a_try(60s)) == Ids{"a"});
    CHECK(taker->take_for_a_try(60s).empty());  // both are leased
    taker->give_back(first, 0s);
    CHECK(ids(taker->take_for_a_try(60s)) == Ids{"caf\xe9"});
    CHECK(waiting.taker("spool:/other")->take_for_a_try(60s).empty());
}

TEST_CASE("a clock that is set back keeps nothing waiting, and takes nobody's lease", "[ledger_taker]") {
    const Waiting waiting;
    const auto taker = waiting.taker();
    waiting.set("due_at = 1 WHERE id = 'a'");
    REQUIRE(ids(taker->take(10, 60s, {})) == Ids{"a"});
    waiting.set("stored_at = stored_at + 86400000000, due_at = due_at + 86400000000");
    CHECK(ids(taker->take(10, 60s, {})) == Ids{"caf\xe9"});
    CHECK(taker->take(10, 60s, {}).empty());
}

TEST_CASE("a taker is told when somebody has written the ledger or exchanged its files", "[ledger_taker]") {
    const Waiting waiting;
    const auto taker = waiting.taker();
    CHECK(taker->changes() == -1);  // the ledger is not open yet
    CHECK(*taker->until_next() > 50min);
    const auto has_changed = [&] {
        pollfd changes{taker->changes(), POLLIN, 0};
        REQUIRE(changes.fd >= 0);
        return ::poll(&changes, 1, 0) == 1;
    };
    CHECK_FALSE(has_changed());
    waiting.set("due_at = 1 WHERE id = 'a'");
    CHECK(has_changed());
    taker->forget_changes();
    CHECK_FALSE(has_changed());
    CHECK(taker->until_next() == 0us);
    CHECK_FALSE(has_changed());  // reading is none
}

TEST_CASE("a row that waits anew is taken, though its last item is not acknowledged yet", "[ledger_taker]") {
    const Waiting waiting;
    const auto taker = waiting.taker();
    waiting.set("due_at = 1 WHERE id = 'a'");
    REQUIRE(ids(taker->take(10, 60s, {})) == Ids{"a"});
    // Its outcome is committed: it waits for a moment, and has no lease.
    waiting.set("due_at = 1, leased_until = NULL WHERE id = 'a'");
    const auto taken = taker->take(10, 60s, {"a"});
    REQUIRE(ids(taken) == Ids{"a"});
    CHECK(taken[0].earlier.round == 2);
}
