// SPDX-License-Identifier: Apache-2.0
// An invoice that lies in the spool under two names.
#include <filesystem>
#include <map>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/sample_invoice.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

using Counts = std::map<std::string, std::uint64_t>;

std::string said_of(const PipelineRun& run, const std::string& column) {
    std::string all;
    for (const auto& value : run.column("SELECT coalesce(" + column + ", '-') FROM invoices ORDER BY id"))
        all += all.empty() ? value : " | " + value;
    return all;
}

}  // namespace

TEST_CASE("an invoice that comes again under another name is marked, rejected or booked", "[same_number]") {
    PipelineRun run;
    // Each run ends before the next begins, so the first one is known.
    const auto process = [&](const std::string& name, const std::string& text, const std::string& how) {
        write_file(run.spool() / name, text);
        auto supervisor =
            run.start({"--consumers", "1", "--source", "spool:" + run.spool().string(), "--settle-time", "0",
                       "--fail-on", "never", "--once", "--same-number", how});
        const int status = supervisor.wait();
        INFO(supervisor.err());
        CHECK(status == 0);
        return supervisor.err();
    };
    process("first.xml", kInvoice, "mark");
    process("second.xml", kInvoice, "mark");
    CHECK(run.rows_by_status() == Counts{{"booked", 2}});
    CHECK(said_of(run, "repeats") == "- | first.xml");
    const std::string log = process("third.xml", replaced(kInvoice, "Lamp", "Lamps"), "reject");
    CHECK(run.rows_by_status() == Counts{{"booked", 2}, {"rejected", 1}});
    CHECK(said_of(run, "repeats") == "- | first.xml | first.xml");
    CHECK(said_of(run, "reason") ==
          "- | - | the same seller and number as an invoice that is booked (column repeats)");
    CHECK(log.find("invoice third.xml rejected after 1 attempt: its row in the ledger says why") !=
          std::string::npos);
    CHECK(fs::exists(run.spool() / "rejected" / "third.xml"));
    process("fourth.xml", kInvoice, "book");
    CHECK(run.rows_by_status() == Counts{{"booked", 3}, {"rejected", 1}});
    CHECK(said_of(run, "repeats") == "- | - | first.xml | first.xml");
    run.require_balance({"--deep"});
    run.require_nothing_left();
}
