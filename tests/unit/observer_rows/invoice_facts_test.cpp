// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/invoice_facts.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "common/ledger/sqlite/people/sqlite_browser.hpp"
#include "common/os/file_identity.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/people/rows_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

std::optional<InvoiceFacts> facts_of(const RowsFixture& ledger, const std::string& id) {
    std::optional<InvoiceFacts> found;
    const LedgerSpec spec{LedgerSpec::Kind::Sqlite, "/srv/in voices.db"};
    browse_sqlite_ledger(ledger.folder.ledger(), [&](LedgerBrowser& browser) {
        found = read_invoice(browser, id, spec, std::chrono::steady_clock::now() + 60s);
    });
    return found;
}

std::string field(const InvoiceFacts& facts, const std::string& name) {
    const auto found = std::find_if(facts.fields.begin(), facts.fields.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == facts.fields.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("an invoice has its row, its past, and the commands for what to do next", "[invoice_facts]") {
    const RowsFixture ledger;
    ledger.add("it''s.xml", "failed", 20, "exit status 1");
    change(ledger.folder.ledger(),
           "INSERT INTO history(id, source, position, status, reason, attempts, consumer, acquired_at,"
           " stored_at) VALUES('it''s.xml', 'lines:/in', 1, 'waiting', 'exit status 75', 1, 0, 1, 10);"
           "INSERT INTO duplicates(source, position, id, seen_at) VALUES('lines:/b', 7, 'it''s.xml', 30)");
    const auto facts = facts_of(ledger, "it's.xml");
    REQUIRE(facts);
    CHECK(facts->id == "it's.xml");
    CHECK(facts->status == RowStatus::Failed);
    CHECK(field(*facts, "reason") == "exit status 1");
    CHECK(field(*facts, "stored_at") == "1970-01-01 00:00:00.000 UTC");
    CHECK(field(*facts, "net").empty());
    REQUIRE(facts->history.size() == 1);
    CHECK(facts->history[0].reason == "exit status 75");
    CHECK(facts->duplicate_rows == 1);
    REQUIRE(facts->duplicates.size() == 1);
    CHECK(facts->duplicates[0].source == "lines:/b");
    CHECK_FALSE(facts->is_of_spool);
    CHECK(facts->commands ==
          std::vector<std::string>{R"(clerk retry --ledger 'sqlite:/srv/in voices.db' 'it'\''s.xml')",
                                   R"(clerk show --ledger 'sqlite:/srv/in voices.db' 'it'\''s.xml')"});
    CHECK_FALSE(facts_of(ledger, "unknown"));
}

TEST_CASE("an invoice that waits may be given again or given up, a booked one neither", "[invoice_facts]") {
    const RowsFixture ledger;
    ledger.add("-w", "waiting", 10, "later");
    ledger.add("b", "booked", 20);
    const auto waiting = facts_of(ledger, "-w");
    REQUIRE(waiting);
    REQUIRE(waiting->commands.size() == 3);
    CHECK(waiting->commands[0] == "clerk retry --ledger 'sqlite:/srv/in voices.db' -- -w");
    CHECK(waiting->commands[1].starts_with("clerk cancel "));
    REQUIRE(facts_of(ledger, "b"));
    CHECK(facts_of(ledger, "b")->commands.size() == 1);
}

TEST_CASE("the file of an invoice is found where it lies now", "[invoice_facts]") {
    const RowsFixture ledger;
    const auto spool = ledger.folder.path() / "spool";
    std::filesystem::create_directories(spool / "failed");
    ledger.folder.write("spool/failed/a.xml", "x");
    const auto position = look_at(AT_FDCWD, (spool / "failed" / "a.xml").c_str())->identity.position();
    change(ledger.folder.ledger(),
           fmt::format("INSERT INTO invoices(id, source, position, status, attempts, consumer, acquired_at,"
                       " stored_at) VALUES('a.xml', 'spool:{}', {}, 'failed', 1, 0, 1, 2)",
                       spool.native(), static_cast<std::int64_t>(position)));
    const auto facts = facts_of(ledger, "a.xml");
    REQUIRE(facts);
    CHECK(facts->is_of_spool);
    REQUIRE(facts->files.size() == 1);
    CHECK(facts->files[0].path == (spool / "failed" / "a.xml").native());
    CHECK(facts->files[0].is_the_one);
}

TEST_CASE("a long text is cut, and says so", "[invoice_facts]") {
    const RowsFixture ledger;
    ledger.add("a", "failed", 10, std::string(5000, 'x'));
    const auto facts = facts_of(ledger, "a");
    REQUIRE(facts);
    CHECK(field(*facts, "reason").ends_with("xxx... [4096 of 5000 bytes]"));
}

TEST_CASE("a ledger whose path cannot be shown has no commands to copy", "[invoice_facts]") {
    CHECK(clerk_command("show", {LedgerSpec::Kind::Sqlite, "/srv/\xff.db"}, "a").empty());
    CHECK(clerk_command("show", {LedgerSpec::Kind::Sqlite, "/a.db"}, "b;c") ==
          "clerk show --ledger sqlite:/a.db 'b;c'");
}
