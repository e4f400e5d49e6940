// SPDX-License-Identifier: Apache-2.0
// What a commit makes of records: rows, duplicates, the source's row and the outcomes.
#include "common/ledger/sqlite/sqlite_ledger.hpp"

#include <fmt/format.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "common/shm/damaged_memory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr auto kBooked = Outcome::Booked;
constexpr auto kDuplicate = Outcome::Duplicate;

}  // namespace

TEST_CASE("a commit writes every field of a record and nothing that is not there", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    auto& full = batch.add("full", 7, Status::Rejected);
    full.attempts = 2;
    full.place = 255;
    full.acquired_ns -= 5'000'000'000;
    auto& details = batch.details();
    details.set_supplier("M\xc3\xbcller & S\xc3\xb6hne");
    details.set_currency("EUR");
    details.set_reason("BR-CO-10 BR-CO-13");
    details.set_amount(Details::Net, 10000);
    details.set_amount(Details::Tax, -1);
    details.set_amount(Details::Due, std::numeric_limits<std::int64_t>::max());
    batch.add("bare", 8, Status::Failed);
    const auto before = wall_us();
    const auto when = context("spool:/in");
    ledger.commit(batch.range(), when);
    CHECK(batch.outcomes() == std::vector{Outcome::Rejected, Outcome::Failed});

    CHECK(ask(folder.ledger(),
              "SELECT concat FROM (SELECT source||'|'||position||'|'||status||'|'||supplier||'|'||currency"
              "||'|'||net||'|'||tax||'|'||coalesce(gross,'-')||'|'||due||'|'||reason||'|'||attempts||'|'||"
              "consumer AS concat FROM invoices WHERE id = 'full')") ==
          "spool:/in|7|rejected|M\xc3\xbcller & S\xc3\xb6hne|EUR|10000|-1|-|9223372036854775807|"
          "BR-CO-10 BR-CO-13|2|255");
    CHECK(ask(folder.ledger(),
              "SELECT coalesce(supplier, currency, reason, net, tax, gross, due, 'all NULL')"
              " FROM invoices WHERE id = 'bare'") == "all NULL");
    const auto stored = std::stoll(ask(folder.ledger(), "SELECT stored_at FROM invoices WHERE id = 'full'"));
    const auto acquired =
        std::stoll(ask(folder.ledger(), "SELECT acquired_at FROM invoices WHERE id = 'full'"));
    CHECK(stored == when.clock.now_us());
    CHECK(stored >= before);
    CHECK(acquired == when.clock.at_us(batch.range().record(0).acquired_ns));
    CHECK(stored - acquired >= 5'000'000);
}

TEST_CASE("a batch of every mixture of plain and detailed records is written whole", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    // Around the size of the groups in which plain records are inserted.
    const auto size = GENERATE(1U, 31U, 32U, 33U, 64U, 100U);
    const auto detailed_every = GENERATE(0U, 1U, 40U);
    Batch batch;
    for (unsigned i = 0; i < size; ++i) {
        batch.add("id" + std::to_string(i), i, static_cast<Status>(i % 3));
        if (detailed_every != 0 && i % detailed_every == 0)
            batch.details().set_reason("r" + std::to_string(i));
    }
    const auto first = size / 3;  // the storage wraps inside a group
    const auto when = context("sequence", size);
    change(folder.ledger(), "INSERT INTO generations VALUES(" + std::to_string(when.generation) +
                                ", 'sequence', " + std::to_string(first) +
                                ", 0, 0, 0, NULL, NULL, NULL, NULL)");
    ledger.commit(batch.range_from(first), when);
    for (unsigned i = 0; i < size; ++i) {
        CHECK(batch.outcomes()[i] == static_cast<Outcome>(i % 3));
    }
    CHECK(counts(folder) == std::to_string(size) + " 0 " + std::to_string(size));
    CHECK(ask(folder.ledger(),
              "SELECT count(*) FROM invoices WHERE id = 'id' || position AND"
              " coalesce(reason, 'r' || position) = 'r' || position AND"
              " status = iif(position % 3 = 0, 'booked', iif(position % 3 = 1, 'rejected', 'failed'))") ==
          std::to_string(size));
    CHECK(
        ask(folder.ledger(),
            fmt::format("SELECT count(*) FROM invoices WHERE generation = {0} AND record % {1} = position AND"
                        " record BETWEEN {2} AND {2} + {1} - 1",
                        when.generation, size, first)) == std::to_string(size));
    CHECK(ask(folder.ledger(), "SELECT count(reason) FROM invoices") ==
          std::to_string(detailed_every == 0 ? 0 : (size + detailed_every - 1) / detailed_every));
}

TEST_CASE("what is given again after a loss of the segments changes no row and has the same outcomes",
          "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (std::uint64_t i = 0; i < 100; ++i) batch.add(std::to_string(i % 90), i, static_cast<Status>(i % 3));
    ledger.commit(batch.range(), context("lines:/f", 100));
    const auto outcomes = batch.outcomes();
    CHECK(std::count(outcomes.begin(), outcomes.end(), kDuplicate) ==
          4);  // the others replace rows that are not booked
    const auto rows = ask(folder.ledger(), "SELECT group_concat(id || stored_at || status) FROM invoices");
    for (std::size_t i = 0; i < 100; ++i) batch.range().record(i).outcome = Batch::kNoOutcome;

    ledger.commit(batch.range(), context("lines:/f", 100));
    CHECK(batch.outcomes() == outcomes);
    CHECK(counts(folder) == "90 4 100");
    CHECK(ask(folder.ledger(), "SELECT group_concat(id || stored_at || status) FROM invoices") == rows);
}

TEST_CASE("a redelivery that was processed differently gets the status of its row", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch first;
    first.add("a", 1, Status::Rejected);
    ledger.commit(first.range(), context("sequence", 1));
    Batch again;
    again.add("a", 1, Status::Failed);
    again.add("b", 2, Status::Failed);
    ledger.commit(again.range(), context("sequence", 2));
    CHECK(again.outcomes() == std::vector{Outcome::Rejected, Outcome::Failed});
    CHECK(counts(folder) == "2 0 2");
}

TEST_CASE("an id booked from another position or another source is a duplicate", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch first;
    first.add("a", 1);
    ledger.commit(first.range(), context("lines:/f"));
    Batch second;
    second.add("a", 2);
    second.add("b", 3);
    second.add("b", 4, Status::Failed);  // within one batch, the first one is booked
    ledger.commit(second.range(), context("lines:/f"));
    CHECK(second.outcomes() == std::vector{kDuplicate, kBooked, kDuplicate});
    Batch third;
    third.add("a", 1);
    ledger.commit(third.range(), context("lines:/g"));
    CHECK(third.outcomes() == std::vector{kDuplicate});
    CHECK(ask(folder.ledger(),
              "SELECT group_concat(source || ' ' || position || ' ' || id, ', ')"
              " FROM (SELECT * FROM duplicates ORDER BY source, position)") ==
          "lines:/f 2 a, lines:/f 4 b, lines:/g 1 a");
    CHECK(ask(folder.ledger(), "SELECT group_concat(source || ' ' || acquired, ', ') FROM sources") ==
          "lines:/f 4, lines:/g 1");
}

TEST_CASE("an inode that is used again books a new id and keeps every duplicate", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    const std::uint64_t inode = GENERATE(5ULL, 0xffff'ffff'ffff'fff0ULL);
    const auto commit_one = [&](const char* id, std::uint64_t position) {
        Batch batch;
        batch.add(id, position);
        ledger.commit(batch.range(), context("spool:/in"));
        return batch.outcomes().front();
    };
    CHECK(commit_one("a", inode) == kBooked);
    CHECK(commit_one("b", inode) == kBooked);
    CHECK(commit_one("c", inode) == kBooked);
    CHECK(commit_one("a", 100) == kDuplicate);
    CHECK(commit_one("b", 100) == kDuplicate);
    CHECK(commit_one("c", 100) == kDuplicate);
    for (const auto* id : {"a", "b", "c"}) CHECK(commit_one(id, 100) == kDuplicate);  // redeliveries
    CHECK(counts(folder) == "3 3 6");
    CHECK(ask(folder.ledger(),
              "SELECT group_concat(id || ' ' || (position & 0xffffffffffff), ', ')"
              " FROM (SELECT * FROM duplicates ORDER BY id)") == "a 100, b 100, c 100");
    CHECK(ask(folder.ledger(), "SELECT DISTINCT position FROM invoices") ==
          std::to_string(static_cast<std::int64_t>(inode)));
}

TEST_CASE("a source's cursor is kept, never goes back, and survives reopening", "[sqlite_ledger]") {
    const LedgerFolder folder;
    const auto commit_at = [&](Ledger& ledger, std::optional<std::uint64_t> cursor) {
        Batch batch;
        batch.add("x", 1);
        ledger.commit(batch.range(), context("lines:/f", cursor));
        return ledger.cursor("lines:/f");
    };
    {
        SqliteLedger ledger(folder.ledger());
        CHECK_FALSE(commit_at(ledger, std::nullopt));
        CHECK(commit_at(ledger, 0) == 0U);
        CHECK(commit_at(ledger, 50) == 50U);
        CHECK(commit_at(ledger, 20) == 50U);
        CHECK(commit_at(ledger, std::nullopt) == 50U);
        CHECK(commit_at(ledger, 1ULL << 63U) == 1ULL << 63U);
        CHECK(commit_at(ledger, 51) == 1ULL << 63U);
        ledger.commit(no_records(), context("sequence", 9));  // a cursor alone
    }
    CHECK_FALSE(std::filesystem::exists(folder.ledger().string() + "-wal"));
    SqliteLedger ledger(folder.ledger());
    CHECK(ledger.cursor("lines:/f") == 1ULL << 63U);
    CHECK(ledger.cursor("sequence") == 9U);
    CHECK_FALSE(ledger.cursor("spool:/in"));
}

TEST_CASE("texts of any bytes are stored so that every reader can read them", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("caf\xe9.xml", 1);
    batch.details().set_supplier(std::string_view("a\0b\xff", 4));
    batch.add(std::string_view("n\0l", 3), 2);
    ledger.commit(batch.range(), context("spool:/caf\xe9"));
    ledger.commit(batch.range(), context("spool:/caf\xe9"));  // found again by the same bytes
    CHECK(counts(folder) == "2 0 2");
    CHECK(ask(folder.ledger(), "SELECT hex(id) FROM invoices WHERE position = 1") ==
          "6361665C7865392E786D6C");
    CHECK(ask(folder.ledger(), "SELECT supplier FROM invoices WHERE position = 1") ==
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd");
    CHECK(ask(folder.ledger(), "SELECT hex(id) FROM invoices WHERE position = 2") == "6E5C7830306C");
}

TEST_CASE("several connections commit to one file, each invoice once", "[sqlite_ledger]") {
    const LedgerFolder folder;
    constexpr unsigned kThreads = 4;
    constexpr std::uint64_t kBatches = 25;
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&folder, thread] {
            SqliteLedger ledger(folder.ledger());  // they race to create it, too
            for (std::uint64_t i = 0; i < kBatches; ++i) {
                Batch batch;
                // Every id is given by two threads, at the same position.
                for (std::uint64_t k = 0; k < 40; ++k) {
                    const auto position = (thread / 2 * kBatches + i) * 40 + k;
                    batch.add(std::to_string(position), position);
                }
                const auto deadline = monotonic_ns() + 60'000'000'000U;
                for (bool done = false; !done && monotonic_ns() < deadline;) {
                    try {
                        ledger.commit(batch.range(), context("sequence"));
                        done = true;
                    } catch (const LedgerUnavailable&) {
                        // Without the flush lock they meet: the loser tries again.
                    }
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(counts(folder) == "2000 0 2000");
    CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
}

TEST_CASE("records that turn out to be damaged while they are written are not committed", "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("a", 1);
    CommitContext when = context("sequence", 2);
    when.check_records = [] { throw DamagedMemory("storage's record[0]'s seal is 7"); };
    CHECK_THROWS_AS(ledger.commit(batch.range(), when), DamagedMemory);
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "0");
    CHECK_FALSE(ledger.cursor("sequence"));
    when.check_records = {};
    ledger.commit(batch.range(), when);  // the connection is still usable
    CHECK(ledger.cursor("sequence") == 2);
}
