// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/sqlite_editor.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/sqlite/turn/ledger_turn.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ledger_lock.hpp"
#include "tests/unit/people/rows_fixture.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Texts = std::vector<std::string>;
using Result = RowChange::Result;

const auto nobody = [](std::uint64_t) {};

std::string results(const std::vector<RowChange>& changes) {
    std::string text;
    for (const RowChange& change : changes) {
        text += change.result == Result::Changed ? 'c' : change.result == Result::Unchanged ? 'n' : '?';
    }
    return text;
}

}  // namespace

TEST_CASE("what is not booked is made due now, and nothing else of it changes", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add("f", "failed", 10, "cause");
    ledger.add("r", "rejected", 10, "rule");
    ledger.add("w", "waiting", 10, "later");
    ledger.add("b", "booked", 10);
    change(ledger.folder.ledger(), "UPDATE invoices SET due_at = 9000000000000000 WHERE id = 'w'");
    const std::int64_t before = wall_us();
    const auto changes = make_sqlite_editor(ledger.folder.ledger())->retry(Texts{"f", "r", "w", "b", "none"});
    CHECK(results(changes) == "cccn?");
    CHECK(changes[1].status == RowStatus::Rejected);
    CHECK(changes[3].status == RowStatus::Booked);
    CHECK(changes[4].id == "none");
    CHECK(ledger.state_of("f") == "failed cause 10 0");
    CHECK(ledger.state_of("r") == "rejected rule 10 0");
    CHECK(ledger.state_of("w") == "waiting later 10 0");
    CHECK(ledger.state_of("b") == "booked - 00 0");
    CHECK(ledger.ask(fmt::format("SELECT count(*) FROM invoices WHERE due_at BETWEEN {} AND {}", before,
                                 wall_us())) == "3");
    CHECK(ledger.ask("SELECT count(*) FROM invoices WHERE stored_at = 10") == "4");
}

TEST_CASE("a selection is made due slice by slice, to its end", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add_many("f", "failed", 2 * static_cast<int>(LedgerEditor::kSlice) + 1);
    ledger.add_many("r", "rejected", 5);
    ledger.add_many("b", "booked", 5);
    std::vector<std::uint64_t> told;
    RowSelection selection = not_booked();
    const auto editor = make_sqlite_editor(ledger.folder.ledger());
    CHECK(editor->retry(selection, [&](std::uint64_t so_far) { told.push_back(so_far); }) == 2006);
    CHECK(told == std::vector<std::uint64_t>{5, 1005, 2005, 2006});
    CHECK(ledger.ask("SELECT group_concat(status || n) FROM (SELECT status, count(*) AS n FROM invoices WHERE"
                     " due_at NOT NULL GROUP BY status ORDER BY status)") == "failed2001,rejected5");
}

TEST_CASE("a selection of exactly some slices ends", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add_many("f", "failed", static_cast<int>(LedgerEditor::kSlice));
    CHECK(make_sqlite_editor(ledger.folder.ledger())->retry(not_booked(), nobody) == LedgerEditor::kSlice);
}

TEST_CASE("only what a selection chooses is made due", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add("a", "failed", 10, "exit status 1");
    ledger.add("b", "failed", 20, "exit status 1");
    ledger.add("c", "failed", 30, "signal");
    ledger.add("d", "rejected", 40, "exit status 1");
    RowSelection selection;
    selection.add(RowStatus::Failed);
    selection.add(RowStatus::Booked);
    selection.reason = "exit*";
    selection.since_us = 15;
    CHECK(make_sqlite_editor(ledger.folder.ledger())->retry(selection, nobody) == 1);
    CHECK(ledger.ask("SELECT group_concat(id) FROM invoices WHERE due_at NOT NULL") == "b");
}

TEST_CASE("rows that were stored before the clock was set back are made due, too", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add("a", "failed", wall_us() + 3'600'000'000);
    CHECK(make_sqlite_editor(ledger.folder.ledger())->retry(not_booked(), nobody) == 1);
    CHECK(ledger.state_of("a") == "failed - 10 0");
}

TEST_CASE("a row that fails again behind the slice does not keep a retry going", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add_many("f", "failed", static_cast<int>(LedgerEditor::kSlice));
    // After each slice, as many rows have failed again, and are the newest ones.
    std::int64_t later = 1'000'000;
    const auto fail_again = [&](std::uint64_t) {
        change(ledger.folder.ledger(),
               fmt::format("UPDATE invoices SET due_at = NULL, stored_at = {}", ++later));
    };
    CHECK(make_sqlite_editor(ledger.folder.ledger())->retry(not_booked(), fail_again) ==
          LedgerEditor::kSlice);
}

TEST_CASE("cancelling fails what waits and what is due, and says what it was", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add("w", "waiting", 10, "downstream is away");
    ledger.add("bare", "waiting", 10);
    ledger.add("due", "rejected", 10, "rule");
    ledger.add("taken", "failed", 10, "cause");
    ledger.add("f", "failed", 10, "cause");
    ledger.add("r", "rejected", 10);
    ledger.add("b", "booked", 10);
    change(ledger.folder.ledger(),
           "UPDATE invoices SET due_at = 7, round = 3 WHERE id IN ('w', 'due');"
           "UPDATE invoices SET leased_until = 7 WHERE id IN ('w', 'taken')");
    const auto editor = make_sqlite_editor(ledger.folder.ledger());
    const Texts ids{"w", "bare", "due", "taken", "f", "r", "b", "x"};
    CHECK(results(editor->cancel(ids)) == "ccccnnn?");
    CHECK(ledger.state_of("w") == "failed cancelled; it was waiting: downstream is away 00 4");
    CHECK(ledger.state_of("bare") == "failed cancelled 00 1");
    CHECK(ledger.state_of("due") == "failed cancelled; it was rejected: rule 00 4");
    CHECK(ledger.state_of("taken") == "failed cancelled; it was failed: cause 00 1");
    CHECK(ledger.state_of("f") == "failed cause 00 0");
    CHECK(ledger.state_of("r") == "rejected - 00 0");
    CHECK(ledger.state_of("b") == "booked - 00 0");
    // Again: there is nothing to cancel. Given again and cancelled again: the reason does not grow.
    CHECK(results(editor->cancel(ids)) == "nnnnnnn?");
    CHECK(results(editor->retry(Texts{"w"})) == "c");
    CHECK(results(editor->cancel(Texts{"w"})) == "c");
    CHECK(ledger.state_of("w") == "failed cancelled; it was waiting: downstream is away 00 5");
}

TEST_CASE("more ids than a slice has are all changed", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add_many("f", "failed", 1500);
    Texts ids;
    for (int i = 1500; i >= 1; --i) ids.push_back("f" + std::to_string(i));
    const auto changes = make_sqlite_editor(ledger.folder.ledger())->retry(ids);
    CHECK(results(changes) == std::string(1500, 'c'));
    CHECK(changes.front().id == "f1500");
    CHECK(changes.back().id == "f1");
}

TEST_CASE("a ledger that must not be edited is refused and stays as it is", "[sqlite_editor]") {
    const LedgerFolder folder;
    const auto text = [&](ExitStatus status) {
        return text_of_refusal([&] { return make_sqlite_editor(folder.ledger()); }, status);
    };
    SECTION("none") {
        check_mentions(text(ExitStatus::NoInput), "start the pipeline first");
        CHECK(std::filesystem::is_empty(folder.path()));
    }
    SECTION("an older version") {
        change(folder.ledger(), kVersion1);
        check_mentions(text(ExitStatus::Configuration), "start a supervisor of this version once");
        CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == "1");
    }
    SECTION("a link") {
        static_cast<void>(SqliteLedger(folder / "other.db"));
        std::filesystem::create_symlink(folder / "other.db", folder.ledger());
        check_mentions(text(ExitStatus::Configuration), "symbolic link");
    }
    SECTION("another file") {
        folder.write("invoices.db", std::string(8192, 'x'));
        check_mentions(text(ExitStatus::Configuration), "name another file");
        CHECK(read_file(folder.ledger()) == std::string(8192, 'x'));
    }
}

TEST_CASE("an editor waits for another program's transaction", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add("f", "failed", 10);
    const auto editor = make_sqlite_editor(ledger.folder.ledger());
    std::atomic<bool> is_done{false};
    auto lock = std::make_unique<LedgerLock>(ledger.folder.ledger());
    std::string result;
    std::thread other([&] {
        result = results(editor->retry(Texts{"f"}));
        is_done = true;
    });
    // The other writer's wish is seen, and the transaction ends because of it.
    LedgerTurn turn(ledger.folder.ledger());
    CHECK(eventually([&] { return turn.is_wished(); }));
    CHECK_FALSE(is_done);
    lock.reset();
    other.join();
    CHECK(result == "c");
    CHECK(ledger.state_of("f") == "failed - 10 0");
}

TEST_CASE("an editor stops when the ledger's file is exchanged", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add("f", "failed", 10);
    const auto editor = make_sqlite_editor(ledger.folder.ledger());
    std::filesystem::rename(ledger.folder.ledger(), ledger.folder / "moved.db");
    check_mentions(text_of_refusal([&] { return editor->retry(Texts{"f"}); }, ExitStatus::NotDrained),
                   "moved or exchanged");
}

TEST_CASE("rows are changed beside a leader that commits without a pause", "[sqlite_editor]") {
    const RowsFixture ledger;
    ledger.add_many("f", "failed", 3000);
    SqliteLedger pipeline(ledger.folder.ledger());
    std::atomic<bool> is_over{false};
    std::atomic<std::uint64_t> commits{0};
    std::thread leader([&] {
        auto when = context("sequence");
        for (std::uint64_t at = 0; !is_over;) {
            Batch batch = numbers(at, 500);
            try {
                pipeline.commit(batch.range_from(at), when);
                at += 500;
                ++commits;
            } catch (const LedgerUnavailable&) {
                continue;  // the editor is writing: the same again
            }
        }
    });
    CHECK(make_sqlite_editor(ledger.folder.ledger())->retry(not_booked(), nobody) == 3000);
    const std::uint64_t beside = commits;
    CHECK(eventually([&] { return commits > beside; }));
    is_over = true;
    leader.join();
    CHECK(ledger.ask("SELECT count(*) FROM invoices WHERE due_at NOT NULL") == "3000");
    CHECK(ledger.ask("PRAGMA integrity_check") == "ok");
}
