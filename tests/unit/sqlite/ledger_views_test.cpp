// SPDX-License-Identifier: Apache-2.0
// The ledger as people read it: the views, and what docs/ledger.md says of tables and queries.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "common/core/terms/invoice_terms.hpp"

#include "common/ledger/sqlite/ledger_schema.hpp"
#include "common/ledger/sqlite/rows/detail_columns.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/support/tree_paths.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string readable_amount(const LedgerFolder& folder, std::int64_t hundredths) {
    change(folder.ledger(), "UPDATE invoices SET gross = " + std::to_string(hundredths) + " WHERE id = 'a'");
    return ask(folder.ledger(), "SELECT gross FROM readable_invoices WHERE id = 'a'");
}

// The blocks that are marked as SQL.
std::vector<std::string> documented_queries() {
    const std::string text = read_file(LEDGER_DOCUMENTATION);
    const std::string begin = "```sql\n";
    std::vector<std::string> queries;
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
        at += begin.size();
        queries.push_back(text.substr(at, text.find("```", at) - at));
    }
    return queries;
}

// Rows as lines, columns separated by '|', without the header.
std::vector<std::string> answers(const std::filesystem::path& file, const std::string& sql, int columns) {
    SqliteConnection database(file, false, std::chrono::seconds(5));
    SqliteStatement query(database, sql);
    std::vector<std::string> rows;
    while (query.next_row()) {
        std::string row;
        for (int column = 0; column < columns; ++column)
            row += (column == 0 ? "" : "|") + std::string(query.text(column));
        rows.push_back(row);
    }
    return rows;
}

// Three suppliers' invoices, two rejected ones (one breaks two rules), an unreadable one, a failed one, a
// duplicate.
void fill(const std::filesystem::path& file) {
    SqliteLedger ledger(file);
    Batch batch;
    const auto add = [&](std::string_view id, std::string_view supplier, std::int64_t gross) {
        batch.add(id, batch.outcomes().size() + 1);
        auto& details = batch.details();
        details.set_supplier(supplier);
        details.set_currency("EUR");
        details.set_amount(Details::Net, gross - 19);
        details.set_amount(Details::Tax, 19);
        details.set_amount(Details::Gross, gross);
    };
    add("a", "A & Co", 119);
    add("b", "A & Co", 10'000'000'019);
    add("c", "B", 219);
    batch.add("d", 4, Status::Rejected);
    batch.details().set_reason("BR-CO-10 BR-CO-13: line total \"1\", expected 2.00; net 1.00: no");
    batch.add("e", 5, Status::Rejected);
    batch.details().set_reason("BR-CO-13 (line 3: \"x\" is no number)");
    batch.add("f", 6, Status::Rejected);
    batch.details().set_reason("malformed XML at line 1");
    batch.add("g", 7, Status::Failed).attempts = 3;
    batch.details().set_reason("killed by signal 11 (SIGSEGV)");
    batch.add("a", 8);
    ledger.commit(batch.range(), context("spool:/in"));
}

}  // namespace

TEST_CASE("every query of the documentation runs and says what it is for", "[ledger_views]") {
    const LedgerFolder folder;
    fill(folder.ledger());
    const auto queries = documented_queries();
    REQUIRE(queries.size() == 10);
    const auto ask_for = [&](std::size_t number, int columns) {
        INFO(queries[number]);
        return answers(folder.ledger(), queries[number], columns);
    };
    using Rows = std::vector<std::string>;
    CHECK(ask_for(0, 6) == Rows{"A & Co|EUR|2|100000001.00|0.38|100000001.38", "B|EUR|1|2.00|0.19|2.19"});
    CHECK(ask_for(1, 2) == Rows{"BR-CO-13|2", "BR-CO-10|1", "cannot be read|1"});
    const auto minutes = ask_for(2, 3);
    REQUIRE(minutes.size() == 1);
    check_mentions(minutes[0], "|7|0.1");
    CHECK(ask_for(3, 2).size() == 7);
    CHECK(ask_for(4, 4) == Rows{"killed by signal 11 (SIGSEGV)|1|3|g"});
    auto not_booked = ask_for(5, 4);
    std::sort(not_booked.begin(), not_booked.end());
    REQUIRE(not_booked.size() == 4);
    check_mentions(not_booked[3], "|rejected|f|1");
    const auto runs = ask_for(6, 4);
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].ends_with("|4"));
    CHECK(ask_for(7, 3) == Rows{"a|spool:/in|8"});
    CHECK(ask_for(8, 4) == Rows{"spool:/in|8|8|0"});
    CHECK(ask_for(9, 5) == Rows{"spool:/in|8|7|0|1"});
}

TEST_CASE("a reason with quotation marks does not stop the query of rules", "[ledger_views]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("a", 1, Status::Rejected);
    batch.details().set_reason("BR-7 says \"no\" to C:\\x");
    batch.add("b", 2, Status::Rejected);
    batch.details().set_reason("BR-CO-10 BR-CO-13: net \"x\"");
    ledger.commit(batch.range(), context("spool:/in"));
    CHECK(answers(folder.ledger(), documented_queries()[1], 2) ==
          std::vector<std::string>{"BR-7|1", "BR-CO-10|1", "BR-CO-13|1"});
}

TEST_CASE("the terms of an invoice fill their columns, and a credit note is subtracted", "[ledger_views]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    const auto add = [&](std::string_view id, std::string_view kind, std::int64_t gross) {
        batch.add(id, batch.outcomes().size() + 1);
        auto& details = batch.details();
        details.set_supplier("A & Co");
        details.set_currency("EUR");
        details.set_amount(Details::Net, gross - 19);
        details.set_amount(Details::Tax, 19);
        details.set_amount(Details::Gross, gross);
        InvoiceTerms terms;
        terms.set(Term::Kind, kind);
        terms.set(Term::Number, "R-1");
        terms.set(Term::Buyer, "Müller");
        terms.result = R"({"rules":[]})";
        batch.add_extra(Extra::Invoice, terms.packed());
    };
    add("a", "380", 11'900);
    add("b", "381", 2'000);
    batch.add("c", 3);
    batch.details().set_supplier("B");
    batch.add_extra(Extra::Invoice, "no packed terms");
    ledger.commit(batch.range(), context("spool:/in"));
    CHECK(answers(folder.ledger(), documented_queries()[0], 6)[0] == "A & Co|EUR|2|99.00|0.00|99.00");
    CHECK(answers(folder.ledger(),
                  "SELECT id, kind, number, ifnull(issued_on, '-'), buyer, ifnull(file_digest, '-'), result"
                  " FROM invoices WHERE kind NOT NULL ORDER BY id",
                  7) == std::vector<std::string>{R"(a|380|R-1|-|Müller|-|{"rules":[]})",
                                                 R"(b|381|R-1|-|Müller|-|{"rules":[]})"});
    CHECK(answers(folder.ledger(), "SELECT id FROM invoices WHERE kind IS NULL AND result IS NULL", 1) ==
          std::vector<std::string>{"c"});
}

TEST_CASE("every table, view and column is documented", "[ledger_views]") {
    const LedgerFolder folder;
    { const SqliteLedger made(folder.ledger()); }
    const std::string text = read_file(LEDGER_DOCUMENTATION);
    const auto columns =
        answers(folder.ledger(),
                "SELECT schema.name, column.name, schema.type FROM sqlite_schema AS schema,"
                " pragma_table_info(schema.name) AS column WHERE schema.type IN ('table', 'view')"
                " AND schema.name <> 'sqlite_stat1'",
                3);
    CHECK(columns.size() > 40);
    for (const auto& each : columns) {
        INFO(each);
        const auto table = each.substr(0, each.find('|'));
        const auto column = each.substr(table.size() + 1, each.rfind('|') - table.size() - 1);
        const bool is_view = each.ends_with("|view");
        CHECK(text.find(is_view ? "`" + table + "`" : "### " + table + ":") != std::string::npos);
        CHECK(text.find("`" + column + "`") != std::string::npos);
    }
    check_mentions(text, "| `version` | INTEGER | " + std::to_string(kLedgerSchemaVersion) + ". ");
    check_mentions(text, "\n| " + std::to_string(kLedgerSchemaVersion) + " | ");
}

TEST_CASE("the view joblog has a line for each attempt of a program, as GNU parallel writes it",
          "[ledger_views]") {
    const LedgerFolder folder;
    fill(folder.ledger());
    const auto ran = [&](const std::string& id, const std::string& exit_status, const std::string& output) {
        change(folder.ledger(),
               "UPDATE invoices SET started_at = 1700000000250000, worked_us = 1500000,"
               " exit_status = " +
                   exit_status + ", output = " + output + " WHERE id = '" + id + "'");
    };
    ran("a", "0", "'M\u00fcller'");
    ran("d", "65", "NULL");
    ran("f", "-9", "''");
    ran("g", "NULL", "NULL");  // ended for its time
    change(folder.ledger(), fmt::format("INSERT INTO history({0}) SELECT {0} FROM invoices WHERE id = 'd'",
                                        outcome_columns_sql()));
    change(folder.ledger(), "UPDATE generations SET host = 'h'");
    change(folder.ledger(), "UPDATE invoices SET generation = NULL WHERE id = 'g'");
    CHECK(ask(folder.ledger(), "SELECT group_concat(name) FROM pragma_table_info('joblog')") ==
          "Seq,Host,Starttime,JobRuntime,Send,Receive,Exitval,Signal,Command");
    CHECK(
        answers(folder.ledger(), "SELECT * FROM joblog ORDER BY Seq", 9) ==
        std::vector<std::string>{"1|h|1700000000.250|1.500|0|7|0|0|a", "4|h|1700000000.250|1.500|0|0|65|0|d",
                                 "4|h|1700000000.250|1.500|0|0|65|0|d", "6|h|1700000000.250|1.500|0|0|0|9|f",
                                 "7|:|1700000000.250|1.500|0|0|-1|0|g"});
}

TEST_CASE("readable amounts, and totals, have the decimals of their currency", "[ledger_views]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (const std::string_view currency : {"EUR", "JPY", "KWD", "UYW"}) {
        batch.add(currency, batch.outcomes().size() + 1);
        batch.details().set_supplier("A");
        batch.details().set_currency(currency);
        batch.details().set_amount(Details::Net, 1500);
        batch.details().set_amount(Details::Tax, -5);
        batch.details().set_amount(Details::Gross, 123'456);
    }
    ledger.commit(batch.range(), context("spool:/in"));
    using Rows = std::vector<std::string>;
    CHECK(answers(folder.ledger(), "SELECT id, net, tax, gross FROM readable_invoices ORDER BY id", 4) ==
          Rows{"EUR|15.00|-0.05|1234.56", "JPY|1500|-5|123456", "KWD|1.500|-0.005|123.456",
               "UYW|0.1500|-0.0005|12.3456"});
    auto totals = answers(folder.ledger(), documented_queries()[0], 6);
    std::sort(totals.begin(), totals.end());
    CHECK(totals == Rows{"A|EUR|1|15.00|-0.05|1234.56", "A|JPY|1|1500|-5|123456",
                         "A|KWD|1|1.500|-0.005|123.456", "A|UYW|1|0.1500|-0.0005|12.3456"});
}

TEST_CASE("readable amounts have two decimals and their sign, however large", "[ledger_views]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("a", 1);
    batch.details().set_amount(Details::Net, 1);
    batch.details().set_amount(Details::Tax, -1);
    batch.details().set_amount(Details::Due, 0);
    ledger.commit(batch.range(), context("spool:/in"));
    CHECK(ask(folder.ledger(),
              "SELECT net || ' ' || tax || ' ' || due || ' ' || coalesce(gross, 'none')"
              " FROM readable_invoices") == "0.01 -0.01 0.00 none");
    CHECK(readable_amount(folder, 123456789) == "1234567.89");
    CHECK(readable_amount(folder, -10005) == "-100.05");
    CHECK(readable_amount(folder, 1'000'000'000'000'000'01) == "1000000000000000.01");
    CHECK(readable_amount(folder, std::numeric_limits<std::int64_t>::max()) == "92233720368547758.07");
    CHECK(readable_amount(folder, std::numeric_limits<std::int64_t>::min() + 1) == "-92233720368547758.07");
    CHECK(readable_amount(folder, std::numeric_limits<std::int64_t>::min()) == "-92233720368547758.08");
}

TEST_CASE("readable times are UTC to the millisecond, and a clock that was set back only looks odd",
          "[ledger_views]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("a", 1);
    batch.add("a", 2);
    ledger.commit(batch.range(), context("lines:/f", 3));
    change(folder.ledger(),
           "UPDATE invoices SET acquired_at = 1700000000123456, stored_at = 1700000000654456");
    change(folder.ledger(), "UPDATE duplicates SET seen_at = 1700000001000999");
    CHECK(ask(folder.ledger(),
              "SELECT acquired_at || ' ' || stored_at || ' ' || seconds FROM readable_invoices") ==
          "2023-11-14 22:13:20.123 2023-11-14 22:13:20.654 0.531000");
    CHECK(ask(folder.ledger(),
              "SELECT id || ' ' || position || ' ' || seen_at || ' ' || first_status || ' ' || "
              "first_position || ' ' ||"
              " first_stored_at FROM readable_duplicates") ==
          "a 2 2023-11-14 22:13:21.001 booked 1 2023-11-14 22:13:20.654");
    change(folder.ledger(), "UPDATE invoices SET stored_at = acquired_at - 5000000");
    CHECK(ask(folder.ledger(), "SELECT seconds FROM readable_invoices") == "-5.000000");
}

TEST_CASE("a readable generation says what was given again", "[ledger_views]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (std::uint64_t i = 1; i <= 10; ++i) batch.add(std::to_string(i), i);
    auto when = context("sequence", 6);
    when.generation = 0xfedc'ba98'7654'3210U;
    ledger.commit(batch.range(), when);
    ledger.commit(batch.range(), when);  // a redo of the same generation
    CHECK(ledger.last_commit(when.generation)->recorded == 10U);
    when.generation = 5;
    CHECK(ledger.last_commit(5)->recorded == 0U);
    ledger.commit(batch.range(), when);  // the same invoices after a loss of the segments
    CHECK(ask(folder.ledger(),
              "SELECT group_concat(generation || ' ' || recorded || ' ' || added || ' ' || given_again)"
              " FROM (SELECT * FROM readable_generations ORDER BY began_at, generation DESC)") ==
          "fedcba9876543210 10 10 0,0000000000000005 10 0 10");
    CHECK(ask(folder.ledger(), "SELECT source || ' ' || cursor || ' ' || acquired FROM readable_sources") ==
          "sequence 6 10");
}
