// SPDX-License-Identifier: Apache-2.0
#include "common/spec/address/table_name.hpp"

#include <string>

#include "common/spec/source_spec.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using pipeline::parse_source;
using pipeline::parse_table_name;
using pipeline::table_of_source;
using pipeline::test::refusal_of_value;

TEST_CASE("the name of a table is read as SQL reads it", "[table_name]") {
    struct Case {
        std::string text, schema, name, again, sql;
    };
    const auto wanted = GENERATE(values<Case>({
        {"work", "", "work", "work", R"("work")"},
        {"Work_2", "", "work_2", "work_2", R"("work_2")"},
        {"_w", "", "_w", "_w", R"("_w")"},
        {"Billing.Work", "billing", "work", "billing.work", R"("billing"."work")"},
        {R"("work")", "", "work", "work", R"("work")"},
        {R"("Work")", "", "Work", R"("Work")", R"("Work")"},
        {R"("a b"."c.d""e")", "a b", "c.d\"e", R"("a b"."c.d""e")", R"("a b"."c.d""e")"},
        {R"(a."1")", "a", "1", R"(a."1")", R"("a"."1")"},
        {"\"Aufträge\"", "", "Aufträge", "\"Aufträge\"", "\"Aufträge\""},
        {R"("x; DROP TABLE y; --")", "", "x; DROP TABLE y; --", R"("x; DROP TABLE y; --")",
         R"("x; DROP TABLE y; --")"},
    }));
    CAPTURE(wanted.text);
    const auto table = parse_table_name(wanted.text);
    CHECK(table.schema == wanted.schema);
    CHECK(table.name == wanted.name);
    CHECK(table.text() == wanted.again);
    CHECK(table.sql() == wanted.sql);
    CHECK(parse_table_name(table.text()).text() == table.text());
    CHECK(parse_source("table:" + wanted.text).name() == "table:" + wanted.again);
    CHECK(table_of_source("table:" + wanted.again)->sql() == wanted.sql);
}

TEST_CASE("what is no name of a table is refused", "[table_name]") {
    const auto text =
        GENERATE(as<std::string>(), "", ".", "a.", ".a", "a.b.c", "1a", "a-b", "a b", " a", "a ", "a;b",
                 "a'b", "$a", "a$", "\"", "\"\"", "\"a", "a\"", "\"a\"b", "a\"b\"", "\"a\".", "\"a\"\"",
                 "aufträge", "\"a\nb\"", "\"a\tb\"", "\"\xff\"", std::string("\"a\0b\"", 5),
                 std::string(64, 'a'), "\"" + std::string(64, 'a') + "\"", std::string(64, 'a') + ".b");
    CAPTURE(text);
    CHECK(refusal_of_value([&] { return parse_table_name(text); }) ==
          "NAME or SCHEMA.NAME is accepted, of letters, digits and _ or in double quotes, of up to 63 bytes "
          "each");
}

TEST_CASE("only a table's name in the ledger names a table", "[table_name]") {
    for (const auto* name :
         {"", "table", "tables:x", "nats:S/c", "spool:/table:x", "lines:-", "sequence@table:x"}) {
        CAPTURE(name);
        CHECK_FALSE(table_of_source(name).has_value());
    }
    CHECK(parse_table_name(std::string(63, 'a')).name.size() == 63);
}
