// SPDX-License-Identifier: Apache-2.0
// --process exec: a long-lived program answers for invoice after invoice. Whatever it does with one of them
// has the outcome that docs/processors.md says, and costs no other one anything.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

const std::string kAnswerer = std::string("exec:") + ANSWERER_PROGRAM;

std::vector<std::string> good(int count) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.push_back(fmt::format("good {}", i));
    return ids;
}

// Each of the bad ones among good ones, whose outcome is always the same.
std::vector<std::string> mixed(const std::vector<std::string>& bad) {
    std::vector<std::string> ids = good(5);
    int n = 5;
    for (const auto& id : bad) {
        ids.push_back(id);
        for (int i = 0; i < 5; ++i) ids.push_back(fmt::format("good {}", n++));
    }
    return ids;
}

void require_good_ones_are_booked(Outcomes found) {
    std::erase_if(found, [](const auto& outcome) { return !outcome.first.starts_with("good"); });
    for (const auto& [id, outcome] : found) {
        INFO(id);
        CHECK(outcome == "booked 1");
    }
}

void no_core_files() {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
}

}  // namespace

TEST_CASE("a program's answers are recorded as they are", "[exec]") {
    PipelineRun run;
    run_to_end(run, {"good", "reject", "fail", "json", "an id with 'quotes' and \"more\""},
               {"--consumers", "1", "--process", kAnswerer});
    CHECK(to_text(outcomes(run)) == to_text({{"good", "booked 1"},
                                             {"reject", "rejected 1 the net is wrong"},
                                             {"fail", "failed 1 the file is not there"},
                                             {"json", "rejected 1 BR-CO-16"},
                                             {"an id with 'quotes' and \"more\"", "booked 1"}}));
    CHECK(run.column(
              "SELECT supplier || '|' || currency || '|' || net || '|' || tax || '|' || gross || '|' || due "
              "FROM invoices WHERE id = 'json'") ==
          std::vector<std::string>{"Caf\u00e9 \"Zum Eck\"|EUR|10000|1900|11900|-50"});
}

TEST_CASE("whatever a program does with an invoice is recorded as documented and costs no other one anything",
          "[exec]") {
    no_core_files();
    const std::string pipeline = GENERATE("1", "8");
    INFO("--pipeline " << pipeline);
    PipelineRun run;
    const std::string once = "once " + (run.directory() / "mark").string();
    run_to_end(run,
               mixed({"abort", "segv", "exit", "say", "garbage", "long", "wrong-id", "close", "daemon", once,
                      "reject"}),
               {"--consumers", "2", "--process", kAnswerer, "--pipeline", pipeline, "--max-attempts", "2"});
    auto found = outcomes(run);
    require_good_ones_are_booked(found);
    std::erase_if(found, [](const auto& outcome) { return outcome.first.starts_with("good"); });
    // With others outstanding, the first death is nobody's fault yet.
    CHECK(found.at(once) == (pipeline == "1" ? "booked 2" : found.at(once)));
    CHECK(found.at(once).starts_with("booked "));
    found.erase(once);
    CHECK(
        to_text(found) ==
        to_text({{"abort", "failed 2 killed by signal 6 (SIGABRT)"},
                 {"segv", "failed 2 killed by signal 11 (SIGSEGV)"},
                 {"exit", "failed 2 exit status 3"},
                 {"say", "failed 2 exit status 4: the first line | the sum is missing"},
                 {"garbage", "failed 2 gave an answer that is not understood: \"good morning\""},
                 {"long", "failed 2 gave an answer that is not understood: a line of more than 262144 bytes"},
                 {"wrong-id",
                  "failed 2 gave an answer that is not understood: JSON whose id is that of another "
                  "invoice: \"another\""},
                 {"close", "failed 2 closed its input or output"},
                 {"daemon", "booked 1"},
                 {"reject", "rejected 1 the net is wrong"}}));
}

TEST_CASE("a program that hangs, heeds no signal or reads no more is ended after --item-timeout", "[exec]") {
    PipelineRun run;
    run_to_end(run, mixed({"hang", "deaf", "close-input"}),
               {"--consumers", "3", "--process", kAnswerer, "--pipeline", "4", "--item-timeout", "1s",
                "--max-attempts", "4"});
    // However often a busy machine took longer for a good one.
    CHECK(run.count("SELECT count(*) FROM invoices WHERE id LIKE 'good%' AND status = 'booked'") == 20);
    const auto found = outcomes(run);
    for (const auto* id : {"hang", "deaf", "close-input"})
        CHECK(found.at(id).starts_with("failed 4 ran longer than 1 s"));
}

TEST_CASE("a program that talks on and on, or has left its group, is ended by its consumer", "[exec]") {
    const std::string id = GENERATE("trickle", "regroup");
    PipelineRun run;
    const auto log = run_to_end(
        run, {id, "good"},
        {"--consumers", "1", "--process", kAnswerer, "--item-timeout", "300ms", "--max-attempts", "3"});
    const auto found = outcomes(run);
    CHECK(found.at(id).starts_with("failed 3 ran longer than 300 ms"));
    CHECK(found.at("good").starts_with("booked "));  // however often a busy machine took longer for it
    CHECK(log.find("consumer 0 (pid") == std::string::npos);  // which the supervisor would have killed
}

TEST_CASE("a program that answers, exits and leaves a process with its streams is replaced", "[exec]") {
    const std::string pipeline = GENERATE("1", "8");
    INFO("--pipeline " << pipeline);
    PipelineRun run;
    run_to_end(run, mixed({"grandchild 1", "grandchild 2"}),
               {"--consumers", "1", "--process", kAnswerer, "--pipeline", pipeline, "--max-attempts", "2"});
    // With a pipeline it may have read the next request too: then that one is charged its exit.
    const auto charged = run.count("SELECT count(*) FROM invoices WHERE attempts = 2");
    CHECK(charged <= (pipeline == "1" ? 0U : 2U));
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 17}});
}

TEST_CASE("a program that kills the consumer is charged for it, and the others are booked", "[exec]") {
    PipelineRun run;
    run_to_end(run, mixed({"kill-parent"}),
               {"--consumers", "2", "--process", kAnswerer, "--max-attempts", "2"});
    const auto found = outcomes(run);
    require_good_ones_are_booked(found);
    CHECK(found.at("kill-parent") == "failed 2 killed by signal 9 (SIGKILL)");
}

TEST_CASE("a program that kills the consumer with several requests in its hands is charged for the right one",
          "[exec]") {
    PipelineRun run;
    const auto log =
        run_to_end(run, mixed({"kill-parent"}),
                   {"--consumers", "1", "--process", kAnswerer, "--pipeline", "16", "--max-attempts", "1"});
    const auto found = outcomes(run);
    require_good_ones_are_booked(found);
    CHECK(found.at("kill-parent") == "failed 1 killed by signal 9 (SIGKILL)");
    INFO(log);
    CHECK(log.find(" the first; trying each alone") != std::string::npos);
}

TEST_CASE("of two answers for an invoice the first counts, and a new program goes on", "[exec]") {
    PipelineRun run;
    const auto log =
        run_to_end(run, mixed({"twice", "reject"}), {"--consumers", "1", "--process", kAnswerer});
    const auto found = outcomes(run);
    require_good_ones_are_booked(found);
    CHECK(found.at("twice") == "booked 1");
    CHECK(found.at("reject") == "rejected 1 the net is wrong");
    CHECK(log.find("gave an answer that nobody waits for: \"booked\"") != std::string::npos);
}

// Whether it is seen before the program has read the first request, and then counts for nothing, or after,
// and then counts for that, is up to the two processes.
TEST_CASE("an answer before it is asked for charges nobody", "[exec]") {
    PipelineRun run;
    run_to_end(run, good(40), {"--consumers", "1", "--process", kAnswerer + " early", "--max-attempts", "1"});
    require_good_ones_are_booked(outcomes(run));
}

TEST_CASE("a gigabyte on standard error is read, counted and left out", "[exec]") {
    PipelineRun run;
    const auto log = run_to_end(run, mixed({"flood"}), {"--consumers", "1", "--process", kAnswerer});
    CHECK(outcomes(run).at("flood") == "booked 1");
    require_good_ones_are_booked(outcomes(run));
    CHECK(log.find("a line that nobody wants to read") != std::string::npos);
    CHECK(log.find("bytes of its stderr left out here") != std::string::npos);
    CHECK(log.size() < 200'000);
}

TEST_CASE("a program sees nothing of the pipeline but its three streams", "[exec]") {
    PipelineRun run;
    const auto wrapper = run.directory() / "with-a-descriptor";
    write_file(wrapper, "#!/bin/sh\nexec 7</dev/null\nexec " SUPERVISOR_PROGRAM " \"$@\"\n");
    ::chmod(wrapper.c_str(), 0700);
    auto supervisor =
        run.start_program(wrapper, over(run, {"look"}, {"--consumers", "1", "--process", kAnswerer}));
    REQUIRE(supervisor.wait() == 0);
    CHECK(outcomes(run).at("look") ==
          "rejected 1 fds 0 1 2, no shared memory, own group, blocked 0000000000000000, ignored "
          "0000000000000000");
    run.require_nothing_left();
}

TEST_CASE("a program is replaced after --max-items-per-child invoices", "[exec]") {
    const std::string pipeline = GENERATE("1", "8");
    PipelineRun run;
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(fmt::format("pid {}", i));
    run_to_end(
        run, ids,
        {"--consumers", "1", "--process", kAnswerer, "--pipeline", pipeline, "--max-items-per-child", "3"});
    CHECK(run.count("SELECT count(DISTINCT reason) FROM invoices") == 7);
    CHECK(run.count("SELECT max(n) FROM (SELECT count(*) AS n FROM invoices GROUP BY reason)") == 3);
    CHECK(run.count("SELECT max(attempts) FROM invoices") == 1);
}

TEST_CASE("a program has no more memory than --memory-limit gives it", "[exec]") {
    PipelineRun run;
    run_to_end(run, {"memory"}, {"--consumers", "1", "--process", kAnswerer, "--memory-limit", "128MiB"});
    CHECK(outcomes(run).at("memory") == "failed 1 out of memory");
    PipelineRun free_run;
    run_to_end(free_run, {"memory"}, {"--consumers", "1", "--process", kAnswerer});
    CHECK(outcomes(free_run).at("memory") == "booked 1");
}

TEST_CASE("a request in JSON says the id, where it comes from, and which attempt it is", "[exec]") {
    PipelineRun run;
    write_file(run.spool() / "a \"b\".xml", "");
    auto supervisor =
        run.start({"--consumers", "1", "--once", "--source", "spool:" + run.spool().string(), "--request",
                   "json", "--process", "exec:sh -c 'while read -r line; do echo \"rejected $line\"; done'"});
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.column("SELECT reason FROM invoices") ==
          std::vector<std::string>{fmt::format(
              R"({{"attempt":1,"id":"a \"b\".xml","path":"{0}/a \"b\".xml","source":"spool:{0}"}})",
              run.spool().string())});
    run.require_nothing_left();
}

TEST_CASE("a program may start for longer than an invoice may take", "[exec]") {
    PipelineRun run;
    // Longer than the supervisor's watch waits for a consumer that does not keep --item-timeout itself.
    const auto log =
        run_to_end(run, good(3),
                   {"--consumers", "1", "--item-timeout", "1s", "--max-attempts", "50", "--process",
                    "exec:sh -c 'sleep 7; while read -r id; do echo booked; done'"});
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 3}});
    CHECK(log.find("consumer 0 (pid") == std::string::npos);  // which the supervisor would have killed
}

TEST_CASE("a program that never reads an invoice ends the run and costs none", "[exec]") {
    PipelineRun run;
    auto supervisor = run.start(over(run, good(3),
                                     {"--consumers", "2", "--process",
                                      "exec:sh -c 'echo no database >&2; exit 3'", "--max-attempts", "1"}));
    CHECK(supervisor.wait() == 75);
    CHECK(
        supervisor.err().find("sh has ended 10 times in a row before it had read an invoice: exit status 3: "
                              "no database") != std::string::npos);
    run_to_end(run, good(3), {"--consumers", "1", "--process", kAnswerer, "--max-attempts", "1"});
    require_good_ones_are_booked(outcomes(run));
}

TEST_CASE("a program that will not end is ended, and the pipeline with it", "[exec]") {
    PipelineRun run;
    run_to_end(run, good(10), {"--consumers", "2", "--process", kAnswerer + " stubborn"});
    require_good_ones_are_booked(outcomes(run));
}

TEST_CASE("a program that is not there is named, and nothing is started", "[exec]") {
    PipelineRun run;
    write_file(run.directory() / "text", "echo booked\n");
    const std::string program = GENERATE("/nonexistent/program", "no-such-program-anywhere", "./text");
    const std::string path = program == "./text" ? (run.directory() / "text").string() : program;
    auto supervisor =
        run.start({"--consumers", "1", "--source", "sequence:1", "--process", "exec:" + path + " argument"});
    CHECK(supervisor.wait() == 66);
    const std::string line = supervisor.err();
    INFO(line);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    CHECK(line.find(path) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(run.ledger()));
    run.require_nothing_left();
}

TEST_CASE("a file that cannot be executed stops the pipeline, which keeps the invoices", "[exec]") {
    PipelineRun run;
    const auto script = run.directory() / "script";
    write_file(script, "echo booked\n");  // and no line that says by whom it is read
    ::chmod(script.c_str(), 0700);
    auto supervisor =
        run.start(over(run, good(3), {"--consumers", "1", "--process", "exec:" + script.string()}));
    CHECK(supervisor.wait() == 66);
    CHECK(supervisor.err().find("#!/bin/sh") != std::string::npos);
    run_to_end(run, good(3), {"--consumers", "1", "--process", kAnswerer});
    require_good_ones_are_booked(outcomes(run));
}

TEST_CASE("the programs that the documentation shows do what it says", "[exec]") {
    const std::string page = read_file(PROCESSORS_PAGE);
    const auto example = [&](const std::string& language) {
        const auto begin = page.find("```" + language + "\n");
        REQUIRE(begin != std::string::npos);
        const auto code = begin + 3 + language.size() + 1;
        return page.substr(code, page.find("```", code) - code);
    };
    PipelineRun run;
    const auto file = run.directory() / "program";
    SECTION("in sh") {
        write_file(file, example("sh"));
        run_to_end(run, {"no-such-invoice"}, {"--consumers", "1", "--process", "exec:sh " + file.string()});
        CHECK(outcomes(run).at("no-such-invoice") == "rejected 1 no-such-invoice is empty");
    }
    SECTION("in Python") {
        write_file(file, example("python"));
        run_to_end(run, {"4711", "x"}, {"--consumers", "1", "--process", "exec:python3 " + file.string()});
        CHECK(to_text(outcomes(run)) == to_text({{"4711", "booked 1"}, {"x", "rejected 1 x is no number"}}));
    }
}
