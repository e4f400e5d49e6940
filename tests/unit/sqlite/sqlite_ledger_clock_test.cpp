// SPDX-License-Identifier: Apache-2.0
// The ledger under a wall clock that stands still or is set: times are for people, and nothing depends on
// them.
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/sync_hook.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::int64_t kDay = 86'400'000'000;  // microseconds

}  // namespace

TEST_CASE("a redo at the same moment, as the clock says, is made durable again", "[sqlite_ledger][clock]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (std::uint64_t i = 0; i < 10; ++i) batch.add(std::to_string(i), i);
    const auto when = context("sequence", 10);
    ledger.commit(batch.range(), when);
    for (int redo = 0; redo < 3; ++redo) {
        const int before = sync_hook().files;
        ledger.commit(batch.range(), when);
        CHECK(sync_hook().files - before == 1);
    }
}

TEST_CASE("a clock that is set back changes neither order nor cursor, and no duration",
          "[sqlite_ledger][clock]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    const WallClock right;
    const auto commit_at = [&](std::int64_t off, std::uint64_t position) {
        auto when = context("sequence", position + 1);
        when.generation = 7;
        const std::uint64_t now = monotonic_ns();
        when.clock = WallClock(right.now_us() + off, now);
        Batch batch;
        batch.add(std::to_string(position), position).acquired_ns = now - 250'000'000;
        const RecordRange records{&batch.range().record(0), nullptr,      1,
                                  batch.range().bytes(),    position - 1, 1};
        ledger.commit(records, when);
        CHECK(batch.outcomes().front() == Outcome::Booked);
        ledger.commit(records, when);  // a redo
        CHECK(batch.outcomes().front() == Outcome::Booked);
    };
    commit_at(0, 1);
    commit_at(-kDay, 2);
    commit_at(+kDay, 3);
    commit_at(-30 * 365 * kDay, 4);
    CHECK(ledger.cursor("sequence") == 5U);
    CHECK(ask(folder.ledger(), "SELECT group_concat(id) FROM (SELECT id FROM invoices ORDER BY rowid)") ==
          "1,2,3,4");
    CHECK(ask(folder.ledger(), "SELECT group_concat(seconds, ' ') FROM readable_invoices") ==
          "0.250000 0.250000 0.250000 0.250000");
    CHECK(ask(folder.ledger(), "SELECT began_at - updated_at FROM generations") >=
          std::to_string(30 * 365 * kDay - kDay));
    read_sqlite_ledger(folder.ledger(), [](LedgerReader& reader) {
        CHECK(reader.books().at(0).rows() == 4);
        CHECK(reader.books().at(0).acquired == 4);
    });
}
