// SPDX-License-Identifier: Apache-2.0
#include "common/spec/ledger_spec.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using pipeline::ledger_file_of;
using pipeline::LedgerSpec;
using pipeline::parse_ledger;
using pipeline::test::here;
using pipeline::test::refusal_of_value;

TEST_CASE("each form of a ledger is understood and can be parsed again", "[specs]") {
    CHECK(parse_ledger("none").kind == LedgerSpec::Kind::None);
    CHECK(parse_ledger("none").text() == "none");
    const auto file = parse_ledger("sqlite:/a/b/../invoices.db");
    CHECK(file.kind == LedgerSpec::Kind::Sqlite);
    CHECK(file.path.native() == "/a/invoices.db");
    CHECK(parse_ledger(file.text()).path == file.path);
    for (const auto* text : {"", "sqlite", "SQLITE:/x", "none:", "mysql:x", "/x.db"}) {
        CAPTURE(text);
        CHECK(refusal_of_value([&] { return parse_ledger(text); }) ==
              "sqlite:FILE, postgresql://... or none is accepted");
    }
    CHECK(refusal_of_value([] {
              return parse_ledger("postgres:x");
          }).find("after 'postgres:' //[USER@]HOST") == 0);
    CHECK(refusal_of_value([] { return parse_ledger("sqlite:"); }) ==
          "after 'sqlite:' a path of 1 to 4095 bytes without NUL or newline is accepted");
}

TEST_CASE("a relative ledger means the same when a program in another directory parses it", "[specs]") {
    CHECK(parse_ledger("sqlite:a/../b.db").text() == "sqlite:" + here("b.db"));
    CHECK(parse_ledger("sqlite:none").text() == "sqlite:" + here("none"));
}

TEST_CASE("the file of a ledger is told from its text", "[specs]") {
    CHECK(ledger_file_of("sqlite:/a/l.db") == "/a/l.db");
    CHECK(ledger_file_of("none").empty());
    CHECK(ledger_file_of("sqlite").empty());
    CHECK(parse_ledger("sqlite:/a").has_file());
    CHECK_FALSE(parse_ledger("none").has_file());
}
