// SPDX-License-Identifier: Apache-2.0
// --isolate: a processor of ours in a process of its own gives the same results.
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

// Everything that the ledger says of the invoices, but for times and the consumer.
std::vector<std::string> book(const std::vector<std::string>& options) {
    PipelineRun run;
    REQUIRE(::system(fmt::format("python3 {} {} --count 200 --seed 11 > /dev/null", MAKE_INVOICES,
                                 run.spool().string())
                         .c_str()) == 0);
    write_file(run.spool() / "no \"invoice\"", "<html>\n<p>\xff</p>");
    std::vector<std::string> all{"--consumers", "2", "--once", "--source", "spool:" + run.spool().string()};
    all.insert(all.end(), options.begin(), options.end());
    auto supervisor = run.start(all);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    run.require_nothing_left();
    return run.column(
        "SELECT id || '|' || status || '|' || ifnull(supplier, '-') || '|' || ifnull(currency, '-') || '|' "
        "|| "
        "ifnull(net, '-') || '|' || ifnull(tax, '-') || '|' || ifnull(gross, '-') || '|' || ifnull(due, '-') "
        "|| '|' "
        "|| ifnull(reason, '-') || '|' || attempts FROM invoices ORDER BY id");
}

}  // namespace

TEST_CASE("isolated or not, the same is recorded of every invoice", "[isolate]") {
    const auto inside = book({});
    CHECK(inside.size() == 201);
    CHECK(book({"--isolate"}) == inside);
    CHECK(book({"--isolate", "--pipeline", "16", "--max-items-per-child", "50", "--item-timeout", "10s"}) ==
          inside);
}

TEST_CASE("an isolated processor that runs too long is ended, not the consumer", "[isolate]") {
    PipelineRun run;
    const auto log = run_to_end(run, {"1"},
                                {"--consumers", "1", "--process", "simulate:60s", "--isolate",
                                 "--item-timeout", "200ms", "--max-attempts", "2"});
    CHECK(outcomes(run).at("1") == "failed 2 ran longer than 200 ms");
    CHECK(log.find("consumer 0 (pid") == std::string::npos);
}
