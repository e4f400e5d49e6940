// SPDX-License-Identifier: Apache-2.0
// The program in docs/ledger.md that verifies a ledger without ours.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/tree_paths.hpp"
#include "tests/unit/seal/honest_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("the verifier of the documentation agrees", "[seal]") {
    const std::string text = read_file(LEDGER_DOCUMENTATION);
    const auto heading = text.find("## Sealed");
    const auto begin = text.find("```python\n", heading) + 10;
    const LedgerFolder folder;
    folder.write("verify.py", text.substr(begin, text.find("```", begin) - begin));
    const std::uint64_t seed = test_seed();
    fmt::print("verifier: seed {}\n", seed);
    HonestLedger ledger(seed);
    for (int step = 0; step < 40; ++step) ledger.live();
    const auto verify = [&] {
        const std::string command =
            fmt::format("python3 {} {} >/dev/null", (folder / "verify.py").string(), ledger.path().string());
        return std::system(command.c_str());
    };
    INFO("seed " << seed);
    CHECK(verify() == 0);
    change(ledger.path(),
           "UPDATE invoices SET attempts = attempts + 1 WHERE rowid = (SELECT max(rowid) FROM invoices)");
    if (ask(ledger.path(), "SELECT count(*) FROM invoices") != "0") CHECK(verify() != 0);
}
