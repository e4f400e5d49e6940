// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_summary.hpp"

#include <string>
#include <vector>

#include "tests/hosts/pg_ledger_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

std::string text_of(const FrequentReasons& found) {
    std::string text;
    for (const auto& [reason, count] : found.most) text += reason + " " + std::to_string(count) + "; ";
    return text + std::to_string(found.rows) + (found.is_whole ? "" : " of more");
}

// A commit with one row for each letter of the reasons.
void commit(PgLedgerFixture& ledger, std::uint64_t generation, const std::string& status,
            const std::string& reasons) {
    static std::uint64_t position = 0;
    std::vector<WrittenRow> rows;
    for (const char reason : reasons)
        rows.push_back({fmt::format("id-{}", ++position), position, status, std::string(1, reason)});
    ledger.commit(generation, "table:jobs", rows);
}

}  // namespace

TEST_CASE("PgSummary: the most frequent reasons of a run come first, of other runs not at all",
          "[pg_summary]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    commit(ledger, 1, "failed", "dddd");
    commit(ledger, 2, "failed", "abacab");
    commit(ledger, 2, "rejected", "cccce");
    commit(ledger, 2, "booked", "f");
    const auto ask = [&](const RunOutcomes& run) {
        return text_of(read_pg_frequent_reasons(ledger.url(), run, 10s).value());
    };
    CHECK(ask({2, 6, 5}) == "c 5; a 3; b 2; 11");
    CHECK(ask({1, 4, 0}) == "d 4; 4");
    CHECK(ask({2, 0, 5}) == "c 4; e 1; 5");
    // More than the ledger has, as when a row has been replaced since.
    CHECK(ask({2, 9, 0}) == "a 3; b 2; c 1; 6");
}

TEST_CASE("PgSummary: the reading of reasons is bounded, and says so", "[pg_summary]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    commit(ledger, 1, "failed", "aaa");
    commit(ledger, 1, "failed", "bb");
    const auto ask = [&](const RunOutcomes& run, std::uint64_t most) {
        return text_of(read_pg_frequent_reasons(ledger.url(), run, 10s, most).value());
    };
    CHECK(ask({1, 5, 0}, 2) == "b 2; 2 of more");
    CHECK(ask({1, 2, 0}, 2) == "b 2; 2");
}

TEST_CASE("PgSummary: a ledger knows how many invoices each source has given", "[pg_summary]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    commit(ledger, 1, "booked", "aaa");
    commit(ledger, 2, "booked", "bb");
    ledger.commit(2, "table:jobs", {{"c", 90, "failed", "x", "history"}, {"c", 91}});
    CHECK(read_pg_acquired_count(ledger.url(), "table:jobs", 10s) == 6);
    CHECK_FALSE(read_pg_acquired_count(ledger.url(), "lines:/ids", 10s));
    CHECK_FALSE(read_pg_acquired_count("postgresql://postgres@127.0.0.1:1/x", "lines:/ids", 10ms));
    CHECK_FALSE(read_pg_frequent_reasons("postgresql://postgres@127.0.0.1:1/x", {1, 1, 0}, 10ms));
}
