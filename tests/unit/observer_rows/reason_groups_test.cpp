// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/reason_groups.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "common/core/pace/hold.hpp"
#include "common/ledger/sqlite/people/sqlite_browser.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/people/rows_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

struct Browsed : RowsFixture {
    template <class Ask>
    void browse(Ask&& ask_it) const {
        browse_sqlite_ledger(folder.ledger(), ask_it);
    }
    [[nodiscard]] ReasonGroups groups(std::chrono::seconds limit = 60s) const {
        ReasonGroups found;
        browse([&](LedgerBrowser& browser) {
            found = read_reason_groups(browser, std::chrono::steady_clock::now() + limit);
        });
        return found;
    }
    [[nodiscard]] GroupRows group(RowStatus status, const std::string& reason, const RowMark& behind = {},
                                  std::chrono::seconds limit = 60s) const {
        GroupRows found;
        browse([&](LedgerBrowser& browser) {
            found = read_group(browser, status, reason, behind, std::chrono::steady_clock::now() + limit);
        });
        return found;
    }
};

}  // namespace

TEST_CASE("what is not booked is grouped by status and reason, the largest group first", "[reason_groups]") {
    const Browsed ledger;
    ledger.add("INV-1.xml", "failed", 10, "supplier of INV-1 is unknown");
    ledger.add("INV-2.xml", "failed", 30, "supplier of INV-2 is unknown");
    ledger.add("INV-3.xml", "failed", 20, "supplier of INV-3 is unknown");
    ledger.add("c", "booked", 40);
    ledger.add("d", "rejected", 50, "BR-CO-13 BR-CO-16: due 1.00, expected 2.00");
    ledger.add("e", "rejected", 60, "BR-CO-13 BR-CO-16: due 3.00, expected 4.00");
    ledger.add("f", "waiting", 70, std::string(kHeldReason));
    ledger.add("g", "failed", 80);
    const ReasonGroups found = ledger.groups();
    REQUIRE(found.groups.size() == 4);
    CHECK(found.invoices == 7);
    CHECK(found.others == 0);
    CHECK(found.rests.empty());
    const ReasonGroup& largest = found.groups.front();
    CHECK(largest.status == RowStatus::Failed);
    CHECK(largest.reason == "supplier of {/.} is unknown");
    CHECK(largest.invoices == 3);
    CHECK(largest.attempts == 3);
    CHECK(largest.newest_us == 30);
    CHECK(largest.oldest_us == 10);
    CHECK_FALSE(largest.is_held);
    CHECK(found.groups[1].reason == "BR-CO-13 BR-CO-16");
    CHECK(found.groups[1].status == RowStatus::Rejected);
    CHECK(found.groups[2].reason.empty());
    CHECK(found.groups[3].status == RowStatus::Waiting);
    CHECK(found.groups[3].is_held);
}

TEST_CASE("a reason that a terminal or a browser would obey is shown as text", "[reason_groups]") {
    const Browsed ledger;
    ledger.add("a", "failed", 10, "\x1b[2J<b>\xe2\x80\xae");
    const std::string shown = ledger.groups().groups.at(0).reason;
    CHECK(shown == "\\x1b[2J<b>\\xe2\\x80\\xae");
    CHECK(ledger.group(RowStatus::Failed, shown).rows.at(0).id == "a");
}

TEST_CASE("a limit of time ends the counting, and the result says how far it went", "[reason_groups]") {
    const Browsed ledger;
    ledger.add("a", "failed", 10, "x");
    ledger.add("b", "failed", 20, "x");
    ledger.add("c", "rejected", 30, "y");
    const ReasonGroups found = ledger.groups(0s);
    // Of each status one row is read.
    CHECK(found.invoices == 2);
    REQUIRE(found.rests.size() == 2);
    CHECK(found.rests[0].status == RowStatus::Failed);
    CHECK(found.rests[0].reached_us == 20);
    CHECK(found.rests[1].status == RowStatus::Rejected);
}

TEST_CASE("more reasons than there may be are counted together", "[reason_groups]") {
    const Browsed ledger;
    change(ledger.folder.ledger(),
           fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
                       " INSERT INTO invoices(id, source, position, status, reason, attempts, consumer,"
                       " acquired_at, stored_at) SELECT 'x' || i, 's', i, 'failed', 'kind ' || i || 'k', 1,"
                       " 0, 1, i FROM n",
                       kMostGroups + 5));
    const ReasonGroups found = ledger.groups();
    CHECK(found.groups.size() == kMostGroups);
    CHECK(found.others == 5);
    CHECK(found.invoices == kMostGroups + 5);
}

TEST_CASE("the invoices of a group come in pages, the newest first, each of them once", "[reason_groups]") {
    const Browsed ledger;
    ledger.add_many("x", "failed", 120);  // three of them at each time
    ledger.add("other", "failed", 15, "another reason");
    std::vector<std::string> ids;
    RowMark behind;
    int pages = 0;
    for (bool has_more = true; has_more; ++pages) {
        const GroupRows page = ledger.group(RowStatus::Failed, "", behind);
        CHECK(page.rows.size() <= kGroupPage);
        CHECK_FALSE(page.is_cut);
        for (const GroupRow& row : page.rows) ids.push_back(row.id);
        has_more = page.next.has_value();
        if (has_more) behind = *page.next;
    }
    CHECK(pages == 3);
    REQUIRE(ids.size() == 120);
    CHECK(ids.front() == "x120");
    CHECK(ids.back() == "x1");
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("a search for a group's invoices that takes too long can be gone on with", "[reason_groups]") {
    const Browsed ledger;
    ledger.add("old", "failed", 10, "wanted");
    ledger.add("new", "failed", 20, "another");
    const GroupRows cut = ledger.group(RowStatus::Failed, "wanted", {}, 0s);
    CHECK(cut.is_cut);
    CHECK(cut.rows.empty());
    REQUIRE(cut.next);
    const GroupRows rest = ledger.group(RowStatus::Failed, "wanted", *cut.next);
    REQUIRE(rest.rows.size() == 1);
    CHECK(rest.rows[0].id == "old");
    CHECK_FALSE(rest.next);
}
