// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/id_slices.hpp"

#include <csignal>
#include <limits>

#include "common/ledger/sqlite/people/sqlite_editor.hpp"
#include "common/ledger/sqlite/sqlite_lookup.hpp"
#include "common/ledger/sqlite/sqlite_taker.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/ids/sliced_ledger.hpp"
#include "tests/unit/sqlite/disk_death.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

class Nobody final : public PruneWatcher {
  public:
    void will_remove(std::string_view /*table*/, const LedgerRow& /*row*/) override {}
    void about_to_remove() override {}
    void removed(std::span<const Removed> /*rows*/, std::uint64_t /*so_far*/) override {}
};

std::uint64_t prune(const SlicedLedger& ledger,
                    std::int64_t before = std::numeric_limits<std::int64_t>::max()) {
    Nobody nobody;
    return make_sqlite_editor(ledger.file())->prune(before, nobody);
}

std::vector<std::string> joined(std::vector<std::string> first, const std::vector<std::string>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

Batch waiting(const std::string& id) {
    Batch batch;
    Record& record = batch.add(id, 7, Status::Waiting);
    record.parts = Record::kHasAttempt;
    record.attempt = Attempt();
    record.attempt.failures = 1;
    record.attempt.first_failed_us = 17;
    record.attempt.retry_after_us = 3'600'000'000;
    return batch;
}

// A session that stays open and asks.
class IdSlicesOf {
  public:
    explicit IdSlicesOf(const std::filesystem::path& file)
        : database_(file, false, std::chrono::seconds(5)), ids_(database_) {}
    bool has(std::string_view id) {
        ids_.begin();
        return ids_.find(id).has_value();
    }

  private:
    SqliteConnection database_;
    IdSlices ids_;
};

constexpr int kMany = 200;  // more than a group's rows, so that they go into two slices

}  // namespace

TEST_CASE("a commit that fills a slice stores its filter, and goes on in the next one", "[id_slices]") {
    const SlicedLedger ledger;
    CHECK(ledger.commit({"first"}) == "1 booked, 0 duplicate");
    CHECK(ledger.filters().empty());
    ledger.leave_room(100);
    CHECK(ledger.commit(ids("a", kMany)) == "200 booked, 0 duplicate");
    CHECK(ledger.filters() == "0");
    CHECK(ledger.ask("SELECT count(*) FROM invoices WHERE serial >> 15 = 1") != "0");
    CHECK(ledger.faults().empty());
}

TEST_CASE("an id is recognised in whichever slice its row is", "[id_slices]") {
    const SlicedLedger ledger;
    SqliteLedger open(ledger.file());
    ledger.commit({"first"});
    for (const char* prefix : {"a", "b", "c"}) {
        ledger.leave_room(100);
        REQUIRE(SlicedLedger::commit(open, ids(prefix, kMany)) == "200 booked, 0 duplicate");
    }
    const auto slices = ledger.slices();
    const auto all = joined(joined(ids("a", kMany), ids("b", kMany)), joined(ids("c", kMany), {"first"}));
    // By a session that saw the slices fill, and by one that reads their filters.
    CHECK(SlicedLedger::commit(open, all, kOtherSource) == "0 booked, 601 duplicate");
    CHECK(ledger.commit(all, kOtherSource) == "0 booked, 601 duplicate");
    CHECK(ledger.slices() == slices);
    CHECK(ledger.filters() == "0 1 2");
    // One by one, without groups.
    for (const char* id : {"first", "a1", "a200", "b1", "b200", "c200"})
        CHECK(ledger.commit({id}, kOtherSource) == "0 booked, 1 duplicate");
    CHECK(ledger.faults().empty());
}

TEST_CASE("ids that come twice in a commit that fills a slice get one row", "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    const int room = GENERATE(64, 65, 95, 96, 97, 127, 128);
    ledger.leave_room(room);
    const auto twice = joined(ids("a", kMany), ids("a", kMany));
    CHECK(ledger.commit(twice) == "200 booked, 200 duplicate");
    CHECK(ledger.ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM invoices") == "201 201");
    CHECK(ledger.faults().empty());
}

TEST_CASE("a commit that is rolled back after it has filled a slice leaves nothing to recognise",
          "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    ledger.leave_room(100);
    SqliteLedger open(ledger.file());
    Batch batch;
    for (const auto& id : ids("a", kMany)) batch.add(id, 5);
    CommitContext failing = context(kFirstSource);
    failing.check_records = [] { throw std::bad_alloc(); };
    CHECK_THROWS(open.commit(batch.range(), failing));
    CHECK(ledger.filters().empty());
    CHECK(SlicedLedger::commit(open, ids("b", kMany)) == "200 booked, 0 duplicate");
    CHECK(SlicedLedger::commit(open, ids("a", kMany)) == "200 booked, 0 duplicate");
    CHECK(SlicedLedger::commit(open, ids("b", kMany), kOtherSource) == "0 booked, 200 duplicate");
    CHECK(ledger.faults().empty());
}

TEST_CASE("sessions that fill slices in turn recognise each other's ids", "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    SqliteLedger first(ledger.file());
    SqliteLedger second(ledger.file());
    SqliteLedger* one = &first;
    SqliteLedger* other = &second;
    for (const char* prefix : {"a", "b", "c", "d"}) {
        ledger.leave_room(100);
        REQUIRE(SlicedLedger::commit(*one, ids(prefix, kMany)) == "200 booked, 0 duplicate");
        REQUIRE(SlicedLedger::commit(*other, ids(prefix, kMany), kOtherSource) == "0 booked, 200 duplicate");
        std::swap(one, other);
    }
    CHECK(ledger.filters() == "0 1 2 3");
    CHECK(ledger.faults().empty());
}

TEST_CASE("a waiting row of a finished slice is taken, given back, cancelled and replaced", "[id_slices]") {
    const SlicedLedger ledger;
    for (const char* id : {"w1", "w2", "w3"}) {
        Batch batch = waiting(id);
        SqliteLedger(ledger.file()).commit(batch.range(), context(kFirstSource));
    }
    ledger.commit({"last"});
    ledger.leave_room(100);
    ledger.commit(ids("a", kMany));
    REQUIRE(ledger.filters() == "0");

    change(ledger.file(), "UPDATE invoices SET due_at = 1 WHERE status = 'waiting'");
    const auto taker = make_sqlite_taker(ledger.file(), {kFirstSource, {}}, [] { return KnownLedger(); });
    const auto taken = taker->take(10, std::chrono::seconds(100), {});
    CHECK(taken.size() == 3);
    taker->give_back(taken, std::chrono::seconds(50));
    CHECK(ledger.ask("SELECT count(*) FROM invoices WHERE status = 'waiting' AND leased_until IS NULL AND"
                     " round = 1") == "3");

    const std::vector<std::string> one{"w1"};
    CHECK(make_sqlite_editor(ledger.file())->cancel(one).size() == 1);
    CHECK(ledger.ask("SELECT status || ' ' || (serial >> 15) FROM invoices WHERE id = 'w1'") == "failed 1");

    Batch again = waiting("w2");
    again.range().record(0).status = Status::Booked;
    again.range().record(0).attempt.flags = Attempt::kGivenAgain;
    again.range().record(0).attempt.round = 1;
    SqliteLedger(ledger.file()).commit(again.range(), context(kFirstSource));
    CHECK(ledger.ask("SELECT status || ' ' || (serial >> 15) FROM invoices WHERE id = 'w2'") == "booked 1");
    CHECK(ledger.ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM history ORDER BY id)") == "w1 w2");
    CHECK(ledger.commit({"w1", "w2", "a1"}, kOtherSource) == "1 booked, 2 duplicate");
    CHECK(ledger.faults().empty());
}

TEST_CASE("serial numbers of finished slices are not given again when their rows are pruned", "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    for (const char* prefix : {"a", "b"}) {
        ledger.leave_room(100);
        ledger.commit(ids(prefix, kMany));
    }
    SqliteLedger open(ledger.file());
    REQUIRE(SlicedLedger::commit(open, {"c1"}) == "1 booked, 0 duplicate");
    CHECK(prune(ledger) == 402);
    CHECK(ledger.filters() == "1");  // the last one
    CHECK(SlicedLedger::commit(open, {"a1", "d1"}, kOtherSource) == "1 booked, 1 duplicate");
    CHECK(ledger.commit({"b1", "c1", "e1"}, kOtherSource) == "1 booked, 2 duplicate");
    CHECK(ledger.slices() == "2:2");
    CHECK(ledger.faults().empty());
}

TEST_CASE("what is asked before an attempt is right for every slice", "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    const auto lookup = make_sqlite_lookup(ledger.file(), kFirstSource, {});
    const std::vector<std::string_view> asked{"first", "a1", "a200", "b1", "none"};
    const auto answers = [&] {
        std::array<bool, 5> booked{};
        lookup->find_booked(asked, booked);
        std::string text;
        for (const bool is_booked : booked) text += is_booked ? '1' : '0';
        return text;
    };
    CHECK(answers() == "10000");
    ledger.leave_room(100);
    ledger.commit(ids("a", kMany));
    CHECK(answers() == "11100");
    ledger.leave_room(100);
    ledger.commit(ids("b", kMany));
    CHECK(answers() == "11110");
    const std::vector<std::uint64_t> positions{1, 1, 200, 9, 1};
    std::array<bool, 5> known{};
    lookup->find_known(asked, positions, known);
    CHECK(known == std::array<bool, 5>{true, true, true, true, false});
}

TEST_CASE("a stock sqlite3 finds an id by the index", "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    SqliteConnection database(ledger.file(), false, std::chrono::seconds(5));
    SqliteStatement plan(database, "EXPLAIN QUERY PLAN SELECT * FROM invoices WHERE id = 'x'");
    REQUIRE(plan.first_row());
    CHECK(plan.text(3) == "SEARCH invoices USING INDEX invoices_id (ANY(<expr>) AND id=?)");
}

TEST_CASE("a ledger whose statistics somebody has changed is mended when a pipeline opens it",
          "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    const auto* const fault = GENERATE("DROP TABLE sqlite_stat1", "ANALYZE", "DELETE FROM sqlite_stat1");
    change(ledger.file(), fault);
    const auto plan = [&] {
        SqliteConnection database(ledger.file(), false, std::chrono::seconds(5));
        SqliteStatement steps(database, "EXPLAIN QUERY PLAN SELECT * FROM invoices WHERE id = 'x'");
        return steps.first_row() ? std::string(steps.text(3)) : std::string();
    };
    CHECK(plan() == "SCAN invoices");
    CHECK(ledger.commit({"second"}) == "1 booked, 0 duplicate");
    CHECK(plan() == "SEARCH invoices USING INDEX invoices_id (ANY(<expr>) AND id=?)");
}

TEST_CASE("an older copy that is put into the file of an open session brings its own filters",
          "[id_slices]") {
    const SlicedLedger ledger;
    ledger.commit({"first"});
    ledger.leave_room(100);
    ledger.commit(ids("a", kMany));
    IdSlicesOf session(ledger.file());
    ledger.leave_room(100);
    ledger.commit(ids("b", kMany));
    CHECK(session.has("b1"));
    // The rows of the copy come back, and others fill the slice that was filled.
    change(ledger.file(),
           "DELETE FROM invoices WHERE serial >= 32768 + 40; DELETE FROM id_filters WHERE slice > 0");
    ledger.leave_room(100);
    ledger.commit(ids("c", kMany));
    CHECK(session.has("c1"));
    CHECK(session.has("c200"));
    CHECK_FALSE(session.has("b1"));
}

TEST_CASE("kill -9 at any write of a commit that fills a slice leaves all of it or nothing",
          "[id_slices][fault]") {
    int kills = 0;
    for (int write = 1;; ++write) {
        const SlicedLedger ledger;
        ledger.commit({"first"});
        ledger.leave_room(100);
        const int status = reap(start_child([&] {
            die_at_disk_call(write);
            static_cast<void>(ledger.commit(ids("a", kMany)));
        }));
        const std::string rows = ledger.ask("SELECT count(*) FROM invoices");
        CHECK((rows == "1" || rows == "201"));
        CHECK(ledger.filters() == (rows == "1" ? "" : "0"));
        CHECK(ledger.faults().empty());
        ledger.commit(ids("a", kMany));
        CHECK(ledger.commit(ids("a", kMany), kOtherSource) == "0 booked, 200 duplicate");
        CHECK(ledger.ask("SELECT count(*) || ' ' || count(DISTINCT id) FROM invoices") == "201 201");
        CHECK(ledger.faults().empty());
        if (WIFEXITED(status)) {
            CHECK(WEXITSTATUS(status) == 0);
            break;
        }
        CHECK(WTERMSIG(status) == SIGKILL);
        ++kills;
    }
    CHECK(kills > 2);
}
