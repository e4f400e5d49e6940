// SPDX-License-Identifier: Apache-2.0
// Long ids, results and outputs on the whole way: programs get the bytes, and the ledger has all of them.
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "common/base/printable.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

// Paths, options, URLs and lines of tables, of 1 to 4,096 bytes, all different: any byte but NUL and newline.
std::vector<std::string> some_ids(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::string> ids{
        "--version", "-", "a\tb\tc", std::string(103, 'x'), std::string(104, 'x'), std::string(4096, 'x')};
    for (int i = 0; i < 200; ++i) {
        std::string id = fmt::format("{}/", i);
        const std::size_t length = 1 + random() % (random() % 2 == 0 ? 200 : 4096);
        while (id.size() < length) {
            const auto byte = static_cast<char>(random() % 8 == 0 ? 1 + random() % 255 : ' ' + random() % 95);
            if (byte != '\n') id += byte;
        }
        ids.push_back(id);
    }
    return ids;
}

std::string joined(const std::vector<std::string>& ids, char end) {
    std::string text;
    for (const auto& id : ids) text += id + end;
    return text;
}

std::vector<std::string> shown(const std::vector<std::string>& ids) {
    std::vector<std::string> texts;
    for (const auto& id : ids) texts.push_back(pipeline::printable(id));
    return texts;
}

// Runs the ids through one consumer, whose program appends them to the file `got`.
void run_list(PipelineRun& run, const std::vector<std::string>& ids, const std::string& process,
              const std::vector<std::string>& more = {}) {
    const auto list = run.directory() / "ids";
    write_file(list, joined(ids, '\0'));
    std::vector<std::string> options{"--consumers", "1",    "--once", "--source", "lines0:" + list.string(),
                                     "--process",   process};
    options.insert(options.end(), more.begin(), more.end());
    auto supervisor = run.start(options);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    run.require_nothing_left();
}

}  // namespace

TEST_CASE("an id of up to 4096 bytes arrives byte for byte, and is found in the ledger", "[long_ids]") {
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    const auto ids = some_ids(seed);
    PipelineRun run;
    const auto got = (run.directory() / "got").string();
    const bool is_each = GENERATE(true, false);
    if (is_each) {
        run_list(run, ids, fmt::format("each:sh -c 'printf \"%s\\0\" \"$1\" >> {}' sh {{}}", got));
    } else {
        // The smallest byte areas, so that they are full and empty all the time.
        run_list(run, ids,
                 fmt::format("exec:env python3 -c 'import sys\n"
                             "got = open(sys.argv[1], \"ab\", 0)\n"
                             "while line := sys.stdin.buffer.readline():\n"
                             "    got.write(line[:-1] + b\"\\0\")\n"
                             "    print(\"booked\", flush=True)' {}",
                             got),
                 {"--pipeline", "8", "--body-max", "1KiB", "--body-capacity", "10KiB", "--result-capacity",
                  "162KiB"});
    }
    CHECK(read_file(got) == joined(ids, '\0'));
    CHECK(run.column("SELECT id FROM invoices WHERE status = 'booked' ORDER BY position") == shown(ids));
}

TEST_CASE("results and outputs are in the rows of their invoices", "[long_ids]") {
    PipelineRun run;
    const std::vector<std::string> ids{"1", std::string(2000, 'i')};
    SECTION("a result, digit by digit") {
        const auto script = run.directory() / "book.py";
        write_file(script, R"(import sys
for line in sys.stdin:
    print('{"status":"booked","result":[1.10,%d]}' % len(line), flush=True)
)");
        run_list(run, ids, "exec:env python3 " + script.string());
        CHECK(run.column("SELECT result FROM invoices ORDER BY position") ==
              std::vector<std::string>{"[1.10,2]", "[1.10,2001]"});
        CHECK(run.count("SELECT count(*) FROM invoices WHERE output IS NOT NULL OR reason IS NOT NULL") == 0);
    }
    SECTION("an output, with odd bytes escaped") {
        run_list(run, ids, "each:sh -c 'printf \"%s \\351\" \"$1\"' sh {}", {"--keep-output"});
        CHECK(run.column("SELECT output FROM invoices ORDER BY position") ==
              std::vector<std::string>{"1 \\xe9", std::string(2000, 'i') + " \\xe9"});
        CHECK(run.count("SELECT count(*) FROM invoices WHERE result IS NOT NULL") == 0);
    }
}
