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
    // Of a program, a second of silence would ask for the advice to flush its output.
    const auto [timeout, words] = GENERATE(std::pair("200ms", "200 ms"), std::pair("1s", "1 s"));
    PipelineRun run;
    const auto log = run_to_end(run, {"1"},
                                {"--consumers", "1", "--process", "simulate:60s", "--isolate",
                                 "--item-timeout", timeout, "--max-attempts", "2"});
    CHECK(outcomes(run).at("1") == std::string("failed 2 ran longer than ") + words);
    CHECK(log.find("flush") == std::string::npos);
    CHECK(log.find("consumer 0 (pid") == std::string::npos);
}

// The parser's memory is bounded by itself, far below any limit that a consumer can start with.
TEST_CASE("an invoice that would take much memory is rejected alone, isolated or not", "[isolate]") {
    const bool is_isolated = GENERATE(false, true);
    PipelineRun run;
    std::string elements;
    for (int i = 0; i < 100'000; ++i) elements += fmt::format("<n{:0150}/>", i);
    write_file(
        run.spool() / "large.xml",
        "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>" + elements + "</Invoice>");
    write_file(run.spool() / "small.xml", "<Invoice/>");
    std::vector<std::string> options{
        "--consumers", "1", "--once", "--source", "spool:" + run.spool().string(), "--memory-limit", "64MiB"};
    if (is_isolated) options.emplace_back("--isolate");
    auto supervisor = run.start(options);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    const auto found = outcomes(run);
    CHECK(found.at("large.xml").starts_with("rejected 1 it has too many different names"));
    CHECK(found.at("small.xml").starts_with("rejected 1 "));
    run.require_nothing_left();
}
