// SPDX-License-Identifier: Apache-2.0
// Invoices that kill whoever processes them. Each is given up after --max-attempts, with what it did as its
// reason; no other one is blamed, and the pipeline goes on.
#include <fmt/format.h>
#include <sys/resource.h>

#include <map>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline::test;

namespace {

// Runs a pipeline over these ids to its end.
void process(PipelineRun& run, const std::string& ids, std::vector<std::string> options) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    write_file(run.directory() / "ids", ids);
    options.insert(options.end(), {"--once", "--source", "lines:" + (run.directory() / "ids").string(),
                                   "--process", "none"});
    auto supervisor = run.start_program(FAULTY_SUPERVISOR, options);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == run.expected_status());
    run.require_nothing_left();
}

std::map<std::string, int> reasons(const PipelineRun& run, const std::string& which) {
    std::map<std::string, int> counts;
    for (const auto& reason : run.column("SELECT reason FROM invoices WHERE " + which)) ++counts[reason];
    return counts;
}

}  // namespace

TEST_CASE("of 10,000 invoices the 10 that crash and the 3 that hang fail with their causes, and no other") {
    PipelineRun run;
    std::string ids;
    for (int i = 0; i < 10'000; ++i) {
        const bool crashes = i % 1000 == 137;
        const bool hangs = i % 3000 == 2500;
        ids += fmt::format("{} {}\n", crashes ? "segv" : hangs ? "hang" : "invoice", i);
    }
    process(run, ids, {"--consumers", "4", "--item-timeout", "250ms"});
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 9'987}, {"failed", 13}});
    CHECK(reasons(run, "id LIKE 'segv %'") ==
          std::map<std::string, int>{{"killed by signal 11 (SIGSEGV)", 10}});
    CHECK(reasons(run, "id LIKE 'hang %'") == std::map<std::string, int>{{"ran longer than 250 ms", 3}});
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'failed' AND attempts = 3") == 13);
    CHECK(run.count("SELECT count(*) FROM invoices WHERE id LIKE 'invoice %' AND attempts = 1") == 9'987);
    const auto by_status = run.rows_by_status();
    fmt::print("poison: 10,000 invoices, 10 crash, 3 hang: {} booked, {} failed with the right cause\n",
               by_status.at("booked"), by_status.at("failed"));
}

TEST_CASE("every way to die ends in the ledger as what it was") {
    PipelineRun run;
    process(run, "segv\nabort\nexit\nthrow\nallocate\nspin\ngood\n",
            {"--consumers", "2", "--item-timeout", "3s", "--max-attempts", "2"});
    std::map<std::string, std::string> found;
    for (const auto& row :
         run.column("SELECT id || '|' || status || '|' || ifnull(reason, '') FROM invoices"))
        found[row.substr(0, row.find('|'))] = row.substr(row.find('|') + 1);
    CHECK(found == std::map<std::string, std::string>{{"abort", "failed|killed by signal 6 (SIGABRT)"},
                                                      {"allocate", "failed|exit status 74"},
                                                      {"exit", "failed|exit status 3"},
                                                      {"good", "booked|"},
                                                      {"segv", "failed|killed by signal 11 (SIGSEGV)"},
                                                      {"spin", "failed|ran longer than 3 s"},
                                                      {"throw", "failed|exit status 70"}});
}

TEST_CASE("an invoice that kills one consumer and not the next is booked, and its attempts say so") {
    PipelineRun run;
    process(run, fmt::format("before\nonce {}\nafter\n", (run.directory() / "it").string()),
            {"--consumers", "1"});
    CHECK(run.column("SELECT status || ' ' || attempts FROM invoices ORDER BY position") ==
          std::vector<std::string>{"booked 1", "booked 2", "booked 1"});
}

TEST_CASE("when every invoice kills, every invoice fails, and the run ends") {
    PipelineRun run;
    std::string ids;
    for (int i = 0; i < 100; ++i) ids += fmt::format("exit {}\n", i);
    process(run, ids, {"--consumers", "3", "--max-attempts", "1"});
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"failed", 100}});
}
