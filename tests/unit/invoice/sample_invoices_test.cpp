// SPDX-License-Identifier: Apache-2.0
// The sample generator and the ubl processor compute independently of each other: they must agree about
// every invoice, every planted fault and every total.
#include <fcntl.h>

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "consumer/invoice/invoice_processor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/tree_paths.hpp"

using namespace pipeline;
using pipeline::test::TemporaryFolder;

namespace {

using SumsByCurrency = std::map<std::string, std::array<std::int64_t, 4>>;

int run(const std::string& command) {
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What .expected.json says. The generator lays it out with one entry in a line, `"NAME": VALUE`.
struct Expected {
    int booked = -1;
    std::map<std::string, std::string> wrong;
    SumsByCurrency totals;

    explicit Expected(const std::filesystem::path& file) {
        static const std::array<std::string, 4> kAmounts{"net", "tax", "gross", "due"};
        std::ifstream in(file);
        std::string currency;
        for (std::string line; std::getline(in, line);) {
            const auto begin = line.find('"');
            const auto end = line.find("\": ");
            if (begin == std::string::npos || end == std::string::npos) continue;
            const std::string name = line.substr(begin + 1, end - begin - 1);
            const std::string value = line.substr(end + 3);
            const auto amount = std::find(kAmounts.begin(), kAmounts.end(), name);
            if (name == "booked") {
                booked = std::stoi(value);
            } else if (name.starts_with("invoice-")) {
                wrong[name] = value.substr(1, value.find('"', 1) - 1);
            } else if (amount != kAmounts.end()) {
                totals[currency][static_cast<std::size_t>(amount - kAmounts.begin())] = std::stoll(value);
            } else if (name.size() == 3) {
                currency = name;
            }
        }
    }
};

}  // namespace

TEST_CASE("exactly the planted faults are found in generated invoices, and all totals agree",
          "[ubl][samples]") {
    if (run("python3 -c pass >/dev/null 2>&1") != 0) {
        std::cout << "generated invoices not tried: python3 is not there\n";
        SUCCEED();
        return;
    }
    const int seed = GENERATE(1, 2);
    const char* const syntax = GENERATE("", " --cii");
    CAPTURE(seed, syntax);
    const TemporaryFolder folder;
    REQUIRE(run("python3 '" MAKE_INVOICES "' '" + folder.path().string() +
                "' --count 200 --wrong-percent 20 --seed " + std::to_string(seed) + syntax + " >/dev/null") ==
            0);
    const Expected expected(folder.path() / ".expected.json");
    CHECK(expected.booked == 160);
    CHECK(expected.wrong.size() == 40);

    InvoiceProcessor processor(std::make_shared<const SpoolFolder>(folder.path(), SpoolOrigin{}), 1 << 20);
    const auto result = std::make_unique<Result>();
    SumsByCurrency totals;
    int booked = 0;
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        const std::string id = entry.path().filename();
        if (id.front() == '.') continue;
        CAPTURE(id);
        ++files;
        processor.process(Acquired(id, look_at(AT_FDCWD, entry.path().c_str())->identity.position()),
                          *result);
        const auto fault = expected.wrong.find(id);
        const std::string reason(result->details.reason_text());
        CHECK(reason.substr(0, reason.find(':')) == (fault == expected.wrong.end() ? "" : fault->second));
        CHECK_FALSE(result->details.supplier_text().empty());
        REQUIRE(result->details.present == 0xf);
        if (result->status != Status::Booked) continue;
        ++booked;
        auto& sums = totals[std::string(result->details.currency_text())];
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += result->details.amounts[i];
    }
    CHECK(files == 200);
    CHECK(booked == expected.booked);
    CHECK(totals == expected.totals);
    CHECK_FALSE(totals.empty());
}
