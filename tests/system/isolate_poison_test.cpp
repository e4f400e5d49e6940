// SPDX-License-Identifier: Apache-2.0
// Invoices on which the processor itself dies, with --isolate: each costs its isolated processor and no
// consumer.
#include <fmt/format.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

TEST_CASE("a processor that crashes on an invoice, isolated, costs that invoice alone and no consumer",
          "[isolate]") {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const std::string pipeline = GENERATE("1", "16");
    PipelineRun run;
    const std::string once = "once " + (run.directory() / "it").string();
    std::vector<std::string> ids{"segv", "abort", "exit", "throw", "allocate", once};
    for (int i = 0; i < 500; ++i)
        ids.insert(ids.begin() + (i * 7) % 500 % static_cast<long>(ids.size()), fmt::format("good {}", i));
    auto supervisor = run.start_program(
        FAULTY_SUPERVISOR, over(run, ids,
                                {"--consumers", "2", "--process", "none", "--isolate", "--pipeline", pipeline,
                                 "--item-timeout", "5s", "--max-attempts", "2"}));
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 1);
    run.require_nothing_left();
    auto found = outcomes(run);
    CHECK(std::erase_if(found, [](const auto& outcome) {
              return outcome.first.starts_with("good") && outcome.second == "booked 1";
          }) == 500);
    for (auto& [id, outcome] : found)
        outcome = outcome.substr(0, outcome.find(':'));  // without its last words
    // With others outstanding, the first death is nobody's fault yet.
    CHECK(found.at(once).starts_with("booked "));
    found.erase(once);
    CHECK(to_text(found) == to_text({{"segv", "failed 2 killed by signal 11 (SIGSEGV)"},
                                     {"abort", "failed 2 killed by signal 6 (SIGABRT)"},
                                     {"exit", "failed 2 exit status 3"},
                                     {"throw", "failed 2 exit status 70"},
                                     {"allocate", "failed 2 exit status 74"}}));
    CHECK(supervisor.err().find("(pid") == std::string::npos);  // no consumer had to be started again
}
