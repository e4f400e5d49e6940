// SPDX-License-Identifier: Apache-2.0
// Verdicts against those of the official EN 16931 artefacts, for files that lie outside of this repository:
// INVOICE_CASES names a directory with invoices/, invoices.verdicts.tsv, cii/ and cii.verdicts.tsv. A verdict
// is `NAME<TAB>CO=[BR-CO-10 BR-CO-15x2]`, or `NAME<TAB>ERROR ...` for what is not readable.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/invoice/invoice_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// The deliberate differences (docs/invoices.md): what is said of these files instead.
const std::map<std::string, std::string> kDifferent{
    {"a22-internal-entity-amount.xml", "a document type declaration"},
    {"h03-xxe.xml", "a document type declaration"},
    {"h07-doctype-with-gt-in-entity.xml", "a document type declaration"},
    {"c33-shift-jis.xml", "the encoding \"Shift_JIS\" is not supported"},
    {"e03-selfbilled-root.xml", "no invoice of EN 16931"},
    {"n03-no-namespaces.xml", "no invoice of EN 16931"},
    {"n02-old-namespace.xml", "no invoice of EN 16931"},
    {"e05-cii.xml", "BR-CO-10 BR-CO-14:"},  // the artefact for UBL has nothing to say of CII
    {"x05-sbdh.xml", ""},                   // the artefact opens no envelope
    {"r35-inner-invoice-in-extension.xml", ""},
    {"r36-inner-wrong-total-in-extension.xml", ""},
    {"r65-wrong-subtotal-in-extension.xml", ""},
};

// "BR-CO-10 BR-CO-15x2" as "BR-CO-10 BR-CO-15".
std::string ids_in(const std::string& verdict) {
    std::istringstream in(verdict.substr(4, verdict.size() - 5));
    std::string ids;
    for (std::string id; in >> id;) ids += (ids.empty() ? "" : " ") + id.substr(0, std::size("BR-CO-10") - 1);
    return ids;
}

void check_verdict(const std::string& name, const std::string& verdict, const Answer& answer) {
    CAPTURE(name, verdict, answer.reason);
    if (const auto different = kDifferent.find(name); different != kDifferent.end()) {
        CHECK(answer.reason.starts_with(different->second));
        CHECK((answer.status == Status::Booked) == different->second.empty());
    } else if (verdict.starts_with("ERROR")) {
        CHECK(answer.status == Status::Rejected);
    } else {
        CHECK(answer.rules() == ids_in(verdict));
        if (ids_in(verdict).empty()) CHECK(answer.status == Status::Booked);
    }
}

}  // namespace

TEST_CASE("the official artefacts say the same, but for the listed differences", "[artefact]") {
    const char* const cases = std::getenv("INVOICE_CASES");
    if (cases == nullptr || *cases == '\0') {
        WARN("not run: the artefacts' verdicts are needed: set INVOICE_CASES to their directory");
        return;
    }
    int compared = 0;
    for (const std::string folder : {"invoices", "cii"}) {
        std::ifstream verdicts(std::filesystem::path(cases) / (folder + ".verdicts.tsv"));
        for (std::string line; std::getline(verdicts, line);) {
            const auto tab = line.find('\t');
            if (tab == std::string::npos) continue;
            const std::string path = std::filesystem::path(cases) / folder / line.substr(0, tab);
            InvoiceProcessor processor({}, kInvoiceMaxBytes);
            Result result;
            processor.process(Acquired(path), result);
            check_verdict(line.substr(0, tab), line.substr(tab + 1), Answer(result));
            ++compared;
        }
    }
    CHECK(compared > 0);
}
