// SPDX-License-Identifier: Apache-2.0
// What a flush leader leaves that is killed after its COMMIT and before the segments know of it, and what its
// successor makes of it: exactly that is left as it is, and nothing else is taken for it.
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/disk_death.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Records that a child shares with its parent, as processes share the storage. Every tenth id is repeated.
class SharedBatch {
  public:
    explicit SharedBatch(std::size_t size) : size_(size) {
        void* memory =
            ::mmap(nullptr, size * sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        records_ = static_cast<Record*>(memory);
        Batch batch;
        for (std::size_t i = 0; i < size; ++i) {
            const auto id = std::to_string(i % 10 == 9 ? i - 9 : i);
            records_[i] = batch.add(id, i);
            records_[i].ring_index = i;
        }
    }
    SharedBatch(const SharedBatch&) = delete;
    SharedBatch& operator=(const SharedBatch&) = delete;
    ~SharedBatch() { ::munmap(records_, size_ * sizeof(Record)); }
    [[nodiscard]] RecordRange range() const {
        return {records_, nullptr, static_cast<std::uint32_t>(size_), ByteAreaView(std::string_view()),
                0,        size_};
    }
    [[nodiscard]] bool has_all_outcomes() const {
        for (std::size_t i = 0; i < size_; ++i) {
            if (records_[i].outcome != (i % 10 == 9 ? Outcome::Duplicate : Outcome::Booked)) return false;
        }
        return true;
    }

  private:
    std::size_t size_;
    Record* records_ = nullptr;
};

std::string generation(const LedgerFolder& folder) {
    return ask(folder.ledger(), "SELECT last_first || ' ' || recorded || ' ' || added FROM generations");
}

}  // namespace

TEST_CASE("what a dead leader has committed is left as it is, with the outcomes that were committed",
          "[sqlite_ledger][redo]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (std::uint64_t i = 0; i < 100; ++i) {
        batch.add(std::to_string(i % 90), i, static_cast<Status>(i % 3)).ring_index = i;
    }
    const auto when = context("lines:/f", 100);
    ledger.commit(batch.range(), when);
    const auto outcomes = batch.outcomes();
    CHECK(std::count(outcomes.begin(), outcomes.end(), Outcome::Duplicate) == 4);

    // Rows that somebody has taken away since are not written again: this commit is over.
    change(folder.ledger(), "DELETE FROM invoices WHERE id = '7'; DELETE FROM duplicates WHERE id = '3'");
    // Nor is anything decided again: an outcome that no ledger gives stays.
    batch.range().record(50).outcome = Batch::kNoOutcome;
    auto expected = outcomes;
    expected[50] = Batch::kNoOutcome;
    const int syncs = sync_hook().files;
    ledger.commit(batch.range(), when);
    CHECK(sync_hook().files - syncs == 1);  // what a dead process has written may not have reached the disk
    CHECK(batch.outcomes() == expected);
    CHECK(counts(folder) == "89 3 100");
    CHECK(generation(folder) == "0 100 100");
}

TEST_CASE("a successor with more records leaves the dead leader's and adds the rest, in one transaction",
          "[sqlite_ledger][redo]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto batch = numbers(0, 100);
    const auto when = context("sequence", 100);
    ledger.commit(batch.range().first_ones(40), when);
    const auto stored =
        ask(folder.ledger(), "SELECT group_concat(stored_at) FROM invoices WHERE position < 40");
    ledger.commit(batch.range(), when);
    CHECK(counts(folder) == "100 0 100");
    CHECK(ask(folder.ledger(), "SELECT group_concat(stored_at) FROM invoices WHERE position < 40") == stored);
    CHECK(generation(folder) == "0 100 100");
    // And is killed in turn, before the segments know of any.
    ledger.commit(batch.range(), when);
    CHECK(counts(folder) == "100 0 100");
    CHECK(generation(folder) == "0 100 100");
}

TEST_CASE("records that are not what the last commit was of are refused, and nothing of them is written",
          "[sqlite_ledger][redo]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto batch = numbers(0, 100);
    const auto when = context("sequence", 100);
    ledger.commit(batch.range().first_ones(40), when);
    ledger.commit({&batch.range().record(0), nullptr, 100, batch.range().bytes(), 40, 20}, when);
    const auto refuse = [&](const RecordRange& records) {
        return text_of_refusal([&] { ledger.commit(records, when); }, ExitStatus::Configuration);
    };
    const std::string expected = "its last commit, up to result 60 of this pipeline, was not of what the";
    SECTION("other invoices") {
        batch.range().record(45).id[0] = 'x';
        check_mentions(refuse({&batch.range().record(0), nullptr, 100, batch.range().bytes(), 40, 60}),
                       expected);
    }
    SECTION("the same ids by other acquisitions") {
        batch.range().record(45).ring_index = 1045;
        check_mentions(refuse({&batch.range().record(0), nullptr, 100, batch.range().bytes(), 40, 60}),
                       expected);
    }
    SECTION("segments that know nothing of the commit before") {
        check_mentions(refuse(batch.range()), expected);
    }
    SECTION("segments that begin in the middle of it") {
        check_mentions(refuse({&batch.range().record(0), nullptr, 100, batch.range().bytes(), 50, 50}),
                       expected);
    }
    SECTION("segments that have fewer records than the ledger") {
        check_mentions(refuse({&batch.range().record(0), nullptr, 100, batch.range().bytes(), 40, 10}),
                       expected);
    }
    CHECK(counts(folder) == "60 0 60");
    CHECK(generation(folder) == "40 60 60");
}

TEST_CASE("a ledger that lacks what the segments call durable is not written, until it is the right one",
          "[sqlite_ledger][redo]") {
    const LedgerFolder folder;
    auto batch = numbers(0, 100);
    const auto when = context("sequence", 100);
    SqliteLedger ledger(folder.ledger());
    const RecordRange rest{&batch.range().record(0), nullptr, 100, batch.range().bytes(), 40, 60};
    try {
        ledger.commit(rest, when);
        FAIL("it was written");
    } catch (const LedgerUnavailable& unavailable) {
        check_mentions(unavailable.what(), "it lacks 40 of the 40 results");
        check_mentions(unavailable.what(), "the results wait in memory");
    }
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "0");
    ledger.commit(batch.range().first_ones(40), when);
    ledger.commit(rest, when);
    CHECK(counts(folder) == "100 0 100");
}

TEST_CASE("a commit that an older version has left is redone by its keys", "[sqlite_ledger][redo]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto batch = numbers(0, 100);
    const auto when = context("sequence", 100);
    ledger.commit(batch.range().first_ones(40), when);
    change(folder.ledger(), "UPDATE generations SET last_first = NULL, last_digest = NULL");
    ledger.commit(batch.range(), when);
    CHECK(counts(folder) == "100 0 100");
    CHECK(generation(folder) == "0 100 100");
    for (const auto outcome : batch.outcomes()) CHECK(outcome == Outcome::Booked);
}

// The child is killed inside a commit, at each of its writes and syncs in turn; its records lie in shared
// memory.
TEST_CASE("a leader that is killed at any write of its commit is succeeded by one that decides nothing twice",
          "[sqlite_ledger][redo]") {
    int kills = 0;
    int redone = 0;
    for (int call = 1;; ++call) {
        const LedgerFolder folder;
        { const SqliteLedger made(folder.ledger()); }
        const SharedBatch shared(60);
        const auto when = context("sequence", 60);
        const int status = reap(start_child([&] {
            SqliteLedger ledger(folder.ledger());
            die_at_disk_call(call);
            ledger.commit(shared.range(), when);
            ::_exit(0);
        }));
        const bool is_over = WIFEXITED(status);
        SqliteLedger successor(folder.ledger());
        if (successor.last_commit(when.generation)->recorded == 60) {
            ++redone;
            CHECK(shared.has_all_outcomes());
        }
        successor.commit(shared.range(), when);
        CHECK(shared.has_all_outcomes());
        CHECK(counts(folder) == "54 6 60");
        CHECK(generation(folder) == "0 60 60");
        if (is_over) break;
        CHECK(WTERMSIG(status) == SIGKILL);
        ++kills;
    }
    CHECK(kills > 3);
    CHECK(redone >= 1);
}
