// SPDX-License-Identifier: Apache-2.0
// Elements that lie in their own kind, bounds of what is kept, dates, and the kinds of credit notes.
#include <string>

#include "consumer/invoice/syntax/values.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/text.hpp"
#include "tests/unit/invoice/invoice_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string line(const std::string& amount, const std::string& more = "") {
    return "<cac:InvoiceLine><cbc:LineExtensionAmount>" + amount + "</cbc:LineExtensionAmount>" + more +
           "</cac:InvoiceLine>";
}

std::string tax_total(const std::string& basis, const std::string& tax, const std::string& more = "") {
    return "<cac:TaxTotal><cbc:TaxAmount>1</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount>" + basis +
           "</cbc:TaxableAmount><cbc:TaxAmount>" + tax +
           "</cbc:TaxAmount><cac:TaxCategory><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
           "</cac:TaxScheme>" +
           more + "</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>";
}

std::string date(std::string_view text) {
    std::string term;
    read_date(text, term);
    return term;
}

}  // namespace

TEST_CASE("a line in a line counts beside it", "[nested]") {
    // The amount of the outer line stands before the inner line.
    check_violates(with("<cac:Item>", line("5.00") + "<cac:Item>"), "BR-CO-10");
    check_violates(with("<cac:Item>", line("0.00", line("-70.00")) + "<cac:Item>"), "BR-CO-10");
    check_booked(with("<cac:Item>", line("5.00", "<cac:Any>" + line("-5.00") + "</cac:Any>") + "<cac:Item>"));
    check_booked(with("<cbc:LineExtensionAmount currencyID=\"EUR\">70.00",
                      line("1.00") + "<cbc:LineExtensionAmount currencyID=\"EUR\">69.00"));
}

TEST_CASE("a tax total in the document's one is asked for its percentage alone", "[nested]") {
    const auto at = [](const char* where, const std::string& text) { return with(where, text + where); };
    for (const char* where : {"<cac:TaxSubtotal>", "</cac:TaxSubtotal>", "<cac:TaxCategory>",
                              "<cac:TaxScheme>", "</cac:TaxCategory>", "</cac:TaxTotal>"}) {
        CAPTURE(where);
        check_booked(at(where, tax_total("100", "19")));
        check_booked(at(where, tax_total("100", "19", tax_total("200", "38"))));
        check_violates(at(where, tax_total("100", "25")), "BR-CO-17");
        // The document's own breakdown keeps its sum.
        check_violates(at(where, tax_total("100", "19")).replace(kInvoice.find(">19.00<"), 7, ">20.00<"),
                       "BR-CO-14 BR-CO-15");
    }
}

TEST_CASE("what is kept of a text is bounded, and a long currency still compares", "[nested]") {
    const std::string many(100'000, 'N');
    std::string term;
    read_text(" a" + many, term);
    CHECK(term.size() < 400);
    CHECK(term.capacity() < 1000);
    term.clear();
    std::string umlauts = "x";
    for (int i = 0; i < 1000; ++i) umlauts += "ü";
    read_text(umlauts, term);
    CHECK(umlauts.starts_with(term));
    CHECK(term.size() % 2 == 1);
    CHECK(kept_currency("EUR") == "EUR");
    CHECK(kept_currency(many).size() <= 65);
    CHECK(kept_currency(many) != kept_currency(many + "N"));
    check_booked(replaced(replaced_all(kInvoice, "\"EUR\"", '"' + many + '"'), ">EUR<", ">" + many + "<"));
    check_violates(replaced(replaced_all(kInvoice, "\"EUR\"", '"' + many + '"'), ">EUR<", ">" + many + "N<"),
                   "BR-CO-15");
}

TEST_CASE("a date is a day of the calendar, or none", "[nested]") {
    CHECK(date("2024-02-29") == "2024-02-29");
    CHECK(date(" 20240229\n") == "2024-02-29");
    CHECK(date("2026-03-01Z") == "2026-03-01");
    CHECK(date("2026-03-01-11:30") == "2026-03-01");
    for (const char* none :
         {"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "20260431", "2026-03-00", "99999999",
          "2026-03-01+1:000", "2026-03-01+aa:bb", "2026-03-01x", "2026/03/01", "202603011", ""})
        CHECK(date(none) == "");
}

TEST_CASE("a credit note with another document's code is one all the same", "[nested]") {
    const auto kind = [](const std::string& code) {
        const std::string note = replaced_all(replaced_all(kInvoice, "InvoiceLine", "CreditNoteLine"),
                                              "schema:xsd:Invoice-2", "schema:xsd:CreditNote-2");
        const std::string text = replaced(
            replaced(replaced(note, "<Invoice ", "<CreditNote "), "</Invoice>", "</CreditNote>"),
            "<cbc:DocumentCurrencyCode>",
            "<cbc:CreditNoteTypeCode>" + code + "</cbc:CreditNoteTypeCode><cbc:DocumentCurrencyCode>");
        const Answer answer = answer_to(text);
        CHECK(answer.status == Status::Booked);
        return answer.term(Term::Kind);
    };
    CHECK(kind("261") == "261");
    CHECK(kind("532") == "532");
    CHECK(kind("380") == "381");
    CHECK(kind("") == "381");
}
