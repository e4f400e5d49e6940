// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_hosts.hpp"

#include <string>

#include "common/ledger/postgresql/people/pg_browser.hpp"
#include "observer/hosts/hosts_view.hpp"
#include "tests/hosts/pg_ledger_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

LedgerHosts hosts_of(const PgLedgerFixture& ledger) {
    LedgerHosts hosts;
    browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) { hosts = browser.hosts(); });
    return hosts;
}

}  // namespace

TEST_CASE("PgHosts: each host has its runs, rows and the rows of its last minute", "[pg_hosts]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    CHECK(hosts_of(ledger).hosts.empty());
    ledger.commit(1, "table:jobs", {{"a"}, {"b", 2}});
    ledger.commit(2, "table:jobs", {{"c", 3}, {"d", 4}, {"e", 5}});
    ledger.commit(2, "table:jobs", {{"f", 6}});
    ledger.commit(3, "nats://q", {{"g", 7}});
    ledger.commit(4, "nats://q", {{"h", 8}});
    ledger.change("UPDATE generations SET host = CASE WHEN generation < 3 THEN 'beta' ELSE 'alpha' END");
    ledger.change("UPDATE generations SET host = NULL WHERE generation = 4");
    // Generation 2 has made a commit just now, and one long before.
    ledger.change(
        "UPDATE generations SET updated_at = (extract(epoch FROM now()) * 1000000)::bigint WHERE"
        " generation = 2");
    ledger.change(
        "UPDATE commits SET stored_at = (extract(epoch FROM now()) * 1000000)::bigint WHERE"
        " generation = 2 AND number = 2");
    ledger.change(
        "INSERT INTO generations(generation, source, recorded, added, began_at, updated_at)"
        " VALUES(-1, 'clerk', 9, 9, 1, 1)");
    LedgerHosts found = hosts_of(ledger);
    REQUIRE(found.hosts.size() == 3);
    CHECK(found.hosts[0].host.empty());
    CHECK(found.hosts[0].rows == 1);
    const LedgerHost& alpha = found.hosts[1];
    CHECK(alpha.host == "alpha");
    CHECK(alpha.generations == 1);
    CHECK(alpha.writing == 0);
    CHECK(alpha.rows == 1);
    CHECK(alpha.rows_last_minute == 0);
    CHECK(std::to_string(alpha.last_commit_us) ==
          ledger.ask("(SELECT updated_at FROM generations WHERE generation = 3)"));
    const LedgerHost& beta = found.hosts[2];
    CHECK(beta.host == "beta");
    CHECK(beta.generations == 2);
    CHECK(beta.writing == 1);
    CHECK(beta.rows == 6);
    CHECK(beta.rows_last_minute == 1);

    found.now_us = 1'000'060;
    found.hosts[2].rows_last_minute = 120;
    found.hosts[2].last_commit_us = 1'000'000;
    CHECK(hosts_json("postgresql://db/x", found) ==
          R"({"ledger":"postgresql://db/x","now_us":1000060,"hosts":[)"
          R"({"host":"","runs":1,"writing":0,"last_commit_us":1005,"rows":1,"rows_last_minute":0},)"
          R"({"host":"alpha","runs":1,"writing":0,"last_commit_us":1004,"rows":1,"rows_last_minute":0},)"
          R"({"host":"beta","runs":2,"writing":1,"last_commit_us":1000000,"rows":6,)"
          R"("rows_last_minute":120}]})");
    const std::string text = hosts_text("postgresql://db/x", found);
    INFO(text);
    CHECK(text.find("(no name)") != std::string::npos);
    CHECK(text.find("\nall  ") != std::string::npos);
    const auto line = text.find("\nbeta ");
    REQUIRE(line != std::string::npos);
    const std::string of_beta = text.substr(line + 1, text.find('\n', line + 1) - line - 1);
    CHECK(of_beta.ends_with(" 2.00"));
    CHECK(of_beta.find(" 6 ") != std::string::npos);
}
