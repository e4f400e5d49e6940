// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/closing.hpp"

#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

Options options_in(const LedgerFolder& folder, const char* source) {
    Options options;
    options.source = parse_source(source);
    options.once = true;
    options.state_dir = folder.path();
    options.is_usual_state_dir = true;
    options.ledger = parse_ledger("sqlite:" + folder.ledger().string());
    return options;
}

const std::string kAgain =
    "; to run all of them again, give another --ledger, as sqlite:FILE; to run what is not booked again: "
    "--from-start, or clerk retry --status failed";

}  // namespace

TEST_CASE("a list that earlier runs have acquired is said to be skipped", "[report]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (std::uint64_t position = 1; position <= 10; ++position)
        batch.add("id-" + std::to_string(position), position);
    ledger.commit(batch.range(), context("lines:/ids", 70));

    const Options list = options_in(folder, "lines:/ids");
    CHECK(closing_line(list, "lines:/ids", 70, 0) ==
          "nothing new in lines:/ids: all 10 invoices were acquired in earlier runs" + kAgain);
    CHECK(closing_line(list, "lines:/ids", 35, 4) ==
          "6 invoices of lines:/ids were skipped, because earlier runs had acquired them" + kAgain);
    CHECK(closing_line(list, "lines:/ids", 7, 9) ==
          "1 invoice of lines:/ids was skipped, because earlier runs had acquired it" + kAgain);
    CHECK(closing_line(list, "lines:/ids", 0, 10).empty());  // this run began at the beginning

    Options watched = list;  // somebody stops it: what it skipped at its start is no news
    watched.once = false;
    CHECK(closing_line(watched, "lines:/ids", 35, 4).empty());
}

TEST_CASE("a source that gave nothing says so, with what is known of earlier runs", "[report]") {
    const LedgerFolder folder;  // without a ledger
    CHECK(closing_line(options_in(folder, "spool:/in"), "spool:/in", 0, 0) ==
          "nothing new in spool:/in: no invoice was acquired");
    CHECK(closing_line(options_in(folder, "lines:/ids"), "lines:/ids", 0, 0) ==
          "nothing new in lines:/ids: no invoice was acquired");
    // Another pipe: its positions go on, and its ids have nothing to do with earlier ones.
    CHECK(closing_line(options_in(folder, "lines:-"), "lines:-", 70, 0) ==
          "nothing new in lines:-: no invoice was acquired");
    CHECK(closing_line(options_in(folder, "lines:/ids"), "lines:/ids", 70, 0) ==
          "nothing new in lines:/ids: all before position 70 were acquired in earlier runs" + kAgain);
    CHECK(closing_line(options_in(folder, "lines:/ids"), "lines:/ids", 70, 3).empty());
}
