// SPDX-License-Identifier: Apache-2.0
// The schemas that are in the field stay as they are, and the list of columns makes what their texts made.
#include "common/ledger/sqlite/rows/detail_columns.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/sqlite/ledger_versions.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

std::vector<DetailColumn> columns_now() {
    return {kDetailColumns.begin(), kDetailColumns.end()};
}

// A view may be laid out in any way.
std::string without_layout(const std::string& sql) {
    std::string text;
    for (const char c : sql) {
        const bool is_space = c == ' ' || c == '\n';
        if (!is_space) text += c;
    }
    return text;
}

}  // namespace

TEST_CASE("the schemas of versions 1 to 4 are byte for byte those in the field", "[detail_columns]") {
    const std::array expected{"402b18b90d8d0d47f2c45d3b3adf784bc407dbf6e10d239202a586345d0debae",
                              "e5e9163d92d5325933cbc3cf1efe621e7903d3ee5ef4a57e4dc6f7021af517d3",
                              "492c491ac79ec1cf1dd213f2245eda41f6e2db27ca91dd0ee5061dea0ae6fd8f",
                              "30419e2708714b069882d4af58511b000e5e7b8908d4f4c5111fe6d46c135142"};
    for (std::int64_t version = 1; version <= 4; ++version) {
        auto database = SqliteConnection::in_memory();
        make_ledger_schema(database, 0, version);
        SqliteStatement rows(database,
                             "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
        Sha256 digest;
        while (rows.next_row()) {
            for (int column = 0; column < 4; ++column) digest.add(rows.text(column)).add("|");
        }
        CAPTURE(version);
        CHECK(to_text(digest.digest()) == expected[static_cast<std::size_t>(version - 1)]);
    }
}

TEST_CASE("the list of columns makes the view of the versions in the field", "[detail_columns]") {
    auto database = SqliteConnection::in_memory();
    make_ledger_schema(database, 0, 3);
    const std::string made =
        database.query_text("SELECT sql || ';' FROM sqlite_schema WHERE name = 'readable_invoices'");
    CHECK(without_layout(readable_sql("readable_invoices", "invoices", kDetailColumns, 3)) ==
          without_layout(made));
}

TEST_CASE("history has the columns of invoices but its key, and both have readable views alike",
          "[detail_columns]") {
    auto database = SqliteConnection::in_memory();
    make_ledger_schema(database, 0, kLedgerSchemaVersion);
    const auto columns = [&](const std::string& table) {
        return database.query_text(
            ("SELECT group_concat(name || type || \"notnull\" || coalesce(dflt_value, ''))"
             " FROM pragma_table_info('" +
             table + "')")
                .c_str());
    };
    CHECK(columns("invoices").size() > 300);
    CHECK(columns("history") + ",serialINTEGER1" == columns("invoices"));
    CHECK(columns("readable_history") == columns("readable_invoices"));
    CHECK(columns("not_booked") == columns("readable_invoices"));
}

TEST_CASE("a column of version 4 that details begin to fill leaves the schema of version 4 as it is",
          "[detail_columns]") {
    auto columns = columns_now();
    const auto before = readable_sql("readable_invoices", "invoices", columns, 4);
    columns.push_back({{"number", DetailField::Kind::Text, {}, &Details::supplier_text, nullptr}, 4});
    CHECK(readable_sql("readable_invoices", "invoices", columns, 4) == before);
}

TEST_CASE("the list of columns is that of the table", "[detail_columns]") {
    auto database = SqliteConnection::in_memory();
    make_ledger_schema(database, 0, kLedgerSchemaVersion);
    for (const auto& column : kDetailColumns) {
        CAPTURE(column.field.name);
        const bool is_amount = column.field.kind == DetailField::Kind::Amount;
        CHECK(database.query_text(
                  fmt::format("SELECT type FROM pragma_table_info('invoices') WHERE name = '{}'",
                              column.field.name)
                      .c_str()) == (is_amount ? "INTEGER" : "TEXT"));
    }
    CHECK(database.query_text("SELECT version FROM schema_version") == std::to_string(kLedgerSchemaVersion));
}

TEST_CASE("a new column comes with its version, into the table and the view", "[detail_columns]") {
    auto columns = columns_now();
    const std::int64_t next = kLedgerSchemaVersion + 1;
    columns.push_back({{"rounding", DetailField::Kind::Amount, Details::Due}, next});
    columns.push_back({{"payee", DetailField::Kind::Text, {}, &Details::supplier_text, nullptr}, next});
    CHECK(add_columns_sql(columns, kLedgerSchemaVersion + 2).empty());

    auto database = SqliteConnection::in_memory();
    make_ledger_schema(database, 0, kLedgerSchemaVersion);
    database.execute(
        "INSERT INTO invoices(id, source, position, status, attempts, consumer, acquired_at, stored_at)"
        " VALUES('old', 's', 1, 'booked', 1, 0, 0, 0)");
    database.execute(add_columns_sql(columns, next).c_str());
    database.execute(
        "INSERT INTO history(id, source, position, status, attempts, consumer, acquired_at, stored_at,"
        " rounding) VALUES('past', 's', 2, 'failed', 1, 0, 0, 0, 105)");
    CHECK(database.query_text("SELECT rounding FROM readable_history") == "1.05");
    database.execute(
        "INSERT INTO invoices(id, source, position, status, attempts, consumer, acquired_at, stored_at,"
        " rounding, payee) VALUES('new', 's', 2, 'booked', 1, 0, 0, 0, -5, 'B')");
    CHECK(database.query_text(
              "SELECT group_concat(id || ' ' || coalesce(rounding, 'none') || ' ' || coalesce(payee, 'none'))"
              " FROM (SELECT * FROM readable_invoices ORDER BY id)") == "new -0.05 B,old none none");
}
