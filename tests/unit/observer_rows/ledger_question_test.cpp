// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/ledger_question.hpp"

#include <chrono>
#include <string>

#include "common/base/error.hpp"
#include "common/ledger/sqlite/people/sqlite_browser.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/people/rows_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

LedgerQuestion question_to(const std::string& ledger) {
    LedgerQuestion question;
    question.ledger = ledger;
    return question;
}

}  // namespace

TEST_CASE("each kind of question has its kind of answer", "[ledger_question]") {
    const RowsFixture ledger;
    ledger.add("a", "failed", 10, "x");
    LedgerQuestion question = question_to("sqlite:" + ledger.folder.ledger().native());
    CHECK(std::get<ReasonGroups>(answer_of(question)).groups.size() == 1);
    question.kind = LedgerQuestion::Kind::Group;
    question.text = "x";
    CHECK(std::get<GroupRows>(answer_of(question)).rows.size() == 1);
    question.kind = LedgerQuestion::Kind::Invoice;
    question.text = "a";
    CHECK(std::get<InvoiceFacts>(answer_of(question)).status == RowStatus::Failed);
    question.text = "b";
    CHECK(std::holds_alternative<std::monostate>(answer_of(question)));
    question.kind = LedgerQuestion::Kind::Day;
    CHECK(std::get<StoredHours>(answer_of(question)).hours.size() == 24);
}

TEST_CASE("a ledger that cannot be asked is a sentence, and no end", "[ledger_question]") {
    const RowsFixture ledger;
    const auto sentence = [](const std::string& text) {
        return std::get<NoAnswer>(answer_of(question_to(text))).sentence;
    };
    CHECK(sentence("none") == "the ledger 'none' keeps no rows");
    CHECK(sentence("paper:/a").find("paper:/a") != std::string::npos);
    CHECK(sentence("").find("ledger ''") == 0);
    CHECK(sentence("sqlite:/nowhere/x.db").find("No such file") != std::string::npos);
    ledger.folder.write("text", std::string(4096, 'x'));
    CHECK(sentence("sqlite:" + (ledger.folder.path() / "text").native()).find("name another file") !=
          std::string::npos);
}

TEST_CASE("a reading whose time is over fails, and says that the time was too short", "[ledger_question]") {
    const RowsFixture ledger;
    ledger.add_many("a", "failed", 5000);  // SQLite looks at the clock now and then only
    try {
        browse_sqlite_ledger(
            ledger.folder.ledger(),
            [](LedgerBrowser& browser) { static_cast<void>(browser.count(not_booked())); },
            std::chrono::steady_clock::now() - std::chrono::seconds(1));
        FAIL("it was read");
    } catch (const Failure& failure) {
        CHECK(failure.status() == ExitStatus::NotDrained);
        CHECK(std::string(failure.what()).find("within the time limit") != std::string::npos);
    }
}
