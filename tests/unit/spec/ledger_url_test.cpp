// SPDX-License-Identifier: Apache-2.0
#include "common/spec/address/ledger_url.hpp"

#include <stdexcept>
#include <string>

#include "common/spec/ledger_spec.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("a URL of a ledger is taken as it is", "[ledger_url]") {
    for (const char* url : {"postgresql://db/invoices", "postgresql://user@db.example:5433/invoices",
                            "postgresql://db1,db2:5433/invoices?target_session_attrs=read-write",
                            "postgresql:///invoices?host=/run/postgresql", "postgresql://[::1]:5432/x",
                            "postgresql://db/x?options=-csearch_path%3Dmine&passfile=/etc/pgpass"}) {
        CAPTURE(url);
        const LedgerSpec spec = parse_ledger(url);
        CHECK(spec.kind == LedgerSpec::Kind::Postgresql);
        CHECK(spec.text() == url);
        CHECK(spec.place() == url);
        CHECK(spec.keeps_rows());
        CHECK(spec.is_shared());
        CHECK_FALSE(spec.has_file());
        CHECK(ledger_file_of(spec.text()).empty());
        CHECK(parse_ledger(spec.text()).text() == url);
    }
    CHECK(parse_ledger("postgres://db/invoices").text() == "postgresql://db/invoices");
}

TEST_CASE("a URL with a password is refused, and no word of it is said", "[ledger_url]") {
    for (const char* url : {"//user:hunter2@db/x", "//user:@db/x", "//:hunter2@db/x", "//user:hun@ter2@db/x",
                            "//db/x?password=hunter2", "//db/x?sslmode=require&password=hunter2",
                            "//db?pass%77ord=hunter2", "//db/x?sslpassword=hunter2", "//db/x?password"}) {
        CAPTURE(url);
        try {
            static_cast<void>(parse_postgresql_url(url));
            FAIL("it was taken");
        } catch (const std::invalid_argument& error) {
            CHECK(std::string(error.what()).find("a password is refused") == 0);
            CHECK(std::string(error.what()).find("hun") == std::string::npos);
        }
    }
}

TEST_CASE("what is no URL is refused", "[ledger_url]") {
    for (const std::string& text :
         {std::string(), std::string("db/x"), std::string("/db/x"), std::string("//db/a b"),
          std::string("//db/x\n"), std::string("//d\xc3\xa9/x"), "//" + std::string(3000, 'd')}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_postgresql_url(text), std::invalid_argument);
    }
}
