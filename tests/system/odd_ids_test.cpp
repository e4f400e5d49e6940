// SPDX-License-Identifier: Apache-2.0
// Ids of any bytes on the whole way: programs get the bytes, the ledger has what is shown.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

const std::vector<std::string> kIds = {"a\nb", "\tc \x1b[1m", "caf\xe9", " ", "plain", "\\x09"};

// Runs the ids through `options` as a list that ends each with NUL.
void run_list(PipelineRun& run, std::vector<std::string> options) {
    std::string list(1, '\0');
    for (const auto& id : kIds) list += id + '\0';
    write_file(run.directory() / "ids", list);
    options.insert(options.begin(), {"--consumers", "1", "--once", "--source",
                                     "lines0:" + (run.directory() / "ids").string()});
    auto supervisor = run.start(options);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == run.expected_status());
    run.require_nothing_left();
}

const std::vector<std::string> kShown = {"a\\x0ab", "\\x09c \\x1b[1m", "caf\\xe9", " ", "plain", "\\x5cx09"};

std::vector<std::string> with_status(const PipelineRun& run, const std::string& status) {
    return run.column("SELECT id FROM invoices WHERE status = '" + status + "' ORDER BY position");
}

}  // namespace

TEST_CASE("a program for each invoice gets its id byte by byte", "[odd_ids]") {
    PipelineRun run;
    const auto got = (run.directory() / "got").string();
    run_list(run,
             {"--process",
              fmt::format("each:sh -c 'printf \"%s\\0%s\\0\" \"$1\" \"$INVOICE_ID\" >> {}' sh {{}}", got)});
    CHECK(with_status(run, "booked") == kShown);
    std::string expected;
    for (const auto& id : kIds) expected += id + '\0' + id + '\0';
    CHECK(read_file(got) == expected);
}

TEST_CASE("an id with a newline is no two requests: in lines it fails, and the reason says what to do",
          "[odd_ids]") {
    PipelineRun run;
    const auto got = (run.directory() / "got").string();
    run_list(run, {"--process",
                   fmt::format(
                       "exec:sh -c 'while IFS= read -r id; do printf \"%s\\0\" \"$id\" >> {}; echo booked; "
                       "done'",
                       got)});
    CHECK(with_status(run, "failed") == std::vector<std::string>{kShown[0]});
    CHECK(with_status(run, "booked") == std::vector<std::string>(kShown.begin() + 1, kShown.end()));
    CHECK(run.count(
              "SELECT reason LIKE '%newline%--request json%each:%' FROM invoices WHERE status = 'failed'") ==
          1);
    std::string expected;
    for (std::size_t i = 1; i < kIds.size(); ++i) expected += kIds[i] + '\0';
    CHECK(read_file(got) == expected);
}

TEST_CASE("in JSON a newline is sent, and an id that is not UTF-8 has its bytes beside it", "[odd_ids]") {
    PipelineRun run;
    const auto got = (run.directory() / "got").string();
    write_file(run.directory() / "book.py", R"(import base64, json, sys
for line in sys.stdin:
    asked = json.loads(line)
    id = asked["id"].encode()
    if "id_base64" in asked: id = base64.b64decode(asked["id_base64"])
    with open(sys.argv[1], "ab") as got: got.write(id + b"\0")
    print(json.dumps({"id": asked["id"], "status": "booked"}), flush=True)
)");
    run_list(run, {"--request", "json", "--process",
                   fmt::format("exec:python3 {} {}", (run.directory() / "book.py").string(), got)});
    CHECK(with_status(run, "booked") == kShown);
    std::string expected;
    for (const auto& id : kIds) expected += id + '\0';
    CHECK(read_file(got) == expected);
}

TEST_CASE("an isolated processor of ours gets no id with a newline", "[odd_ids]") {
    PipelineRun run;
    run_list(run, {"--isolate", "--process", "none"});
    CHECK(with_status(run, "failed") == std::vector<std::string>{kShown[0]});
    CHECK(with_status(run, "booked").size() == kIds.size() - 1);
    CHECK(run.count(
              "SELECT reason LIKE '%newline%leave --isolate out%' FROM invoices WHERE status = 'failed'") ==
          1);
}
