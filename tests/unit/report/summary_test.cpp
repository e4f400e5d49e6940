// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/summary.hpp"

#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// The options of a run whose ledger is in the folder.
Options options_in(const LedgerFolder& folder) {
    Options options;
    options.state_dir = folder.path();
    options.ledger = parse_ledger("sqlite:" + folder.ledger().string());
    return options;
}

}  // namespace

TEST_CASE("the report of a run says why invoices were not booked, and the next command", "[report]") {
    const LedgerFolder folder;
    Batch batch;
    batch.add("good", 1);
    for (const std::uint64_t position : {2U, 3U, 4U}) {
        const std::string id = "failed-" + std::to_string(position);
        batch.add(id, position, Status::Failed);
        batch.details().set_reason("exit status 1: no " + id);
    }
    batch.add("wrong", 5, Status::Rejected);
    batch.details().set_reason("the \"net\" is wrong");
    const CommitContext run = context("lines:/ids", 6);
    SqliteLedger(folder.ledger()).commit(batch.range(), run);

    Report report;
    report.acquired = 5;
    report.outcomes = {1, 1, 3, 0};
    explain(report, options_in(folder), run.generation, run.source);
    const std::string clerk = " --state-dir " + folder.path().string() + "\n";
    CHECK(
        report.text().ends_with("why                    3  exit status 1: no {}\n"
                                "                       1  the \"net\" is wrong\n"
                                "see them      clerk list --status failed" +
                                clerk + "run again     clerk retry --status failed" + clerk +
                                "see rejected  clerk list --status rejected" + clerk));
    CHECK(report.json().ends_with(R"("reasons":[{"reason":"exit status 1: no {}","count":3},)"
                                  R"({"reason":"the \"net\" is wrong","count":1}]})"));

    Report other;  // a generation that has no row
    other.outcomes = {0, 0, 3, 0};
    explain(other, options_in(folder), run.generation + 1, run.source);
    CHECK(other.reasons.empty());
    CHECK(other.commands.size() == 2);
}

TEST_CASE("the report counts what waits now, of the source of the run", "[report]") {
    const LedgerFolder folder;
    Batch batch;
    batch.add("later", 1, Status::Waiting);
    Record& record = batch.add("replaced", 2, Status::Waiting);
    record.parts = Record::kHasAttempt;
    record.attempt = Attempt();
    SqliteLedger ledger(folder.ledger());
    ledger.commit(batch.range(), context("lines:/ids", 3));
    Batch others;
    others.add("of-another", 1, Status::Waiting);
    ledger.commit(others.range(), context("lines:/other", 2));

    Report report;
    report.outcomes.waiting = 3;  // one of them was delivered again, and booked
    explain(report, options_in(folder), 1, "lines:/ids");
    CHECK(report.waiting == 2);
    CHECK(report.text().find("waiting                2  (given again when they are due)\n") !=
          std::string::npos);
    Options options = options_in(folder);
    options.ledger = parse_ledger("none");
    explain(report, options, 1, "lines:/ids");
    CHECK(report.waiting == 3);  // nobody knows better
}

TEST_CASE("a report without failures, and one without a ledger, has no reasons", "[report]") {
    const LedgerFolder folder;
    Report report;
    report.outcomes = {3, 0, 0, 1};
    explain(report, options_in(folder), 1, "lines:/ids");
    CHECK(report.commands.empty());

    report.outcomes.failed = 1;
    Options options = options_in(folder);
    options.ledger = parse_ledger("none");
    explain(report, options, 1, "lines:/ids");
    CHECK(report.commands.empty());

    // The ledger is not there: what can be said is said.
    explain(report, options_in(folder), 1, "lines:/ids");
    CHECK(report.reasons.empty());
    CHECK(report.commands.size() == 2);
}

TEST_CASE("reasons of only some of the rows are said to be so", "[report]") {
    Report report;
    report.outcomes = {0, 0, 5, 0};
    report.reasons = {{"exit status 1", 3}};
    report.reasons_of = 4;
    CHECK(report.text().find("\n                          of the last 4 that were not booked\n") !=
          std::string::npos);
    CHECK(report.json().ends_with(R"([{"reason":"exit status 1","count":3}],"reasons_of":4})"));
    report.commands = {{"see them", "clerk list --status failed"}};
    CHECK(failures_line(report) ==
          "5 of 5 invoices failed; most often, 3 times: exit status 1; see them: clerk list --status failed");
    report.reasons_of = 0;
    CHECK(failures_line(report) ==
          "5 of 5 invoices failed: exit status 1; see them: clerk list --status failed");
    report.reasons = {{"a", 1}, {"b", 1}};
    CHECK(failures_line(report) == "5 of 5 invoices failed; see them: clerk list --status failed");
    // What waited before this run, and was given again in it, counts as well.
    report.outcomes.given_again = 5;
    CHECK(failures_line(report) == "5 of 5 invoices failed; see them: clerk list --status failed");
    report.outcomes.given_again = 0;
    report.outcomes.rejected = 1;  // then the most frequent reason may be one of a rejection
    CHECK(failures_line(report) == "5 of 6 invoices failed; see them: clerk list --status failed");
}

TEST_CASE("clerk is given the options without which it would look elsewhere", "[report]") {
    Options options;
    options.state_dir = "/home/u/.local/state/invoice-pipeline";
    options.is_usual_state_dir = true;
    options.ledger = parse_ledger("sqlite:/home/u/.local/state/invoice-pipeline/invoices.db");
    CHECK(options_for_clerk(options).empty());
    options.is_usual_state_dir = false;
    CHECK(options_for_clerk(options) == " --state-dir /home/u/.local/state/invoice-pipeline");
    options.name = "other";
    options.ledger = parse_ledger("sqlite:/data/my ids.db");
    CHECK(options_for_clerk(options) == " --name other --ledger 'sqlite:/data/my ids.db'");
}
