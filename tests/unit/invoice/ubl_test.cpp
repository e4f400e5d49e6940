// SPDX-License-Identifier: Apache-2.0
// Files in, answers out: what of UBL is read, and what is said of files that are no invoices.
#include "consumer/invoice/invoice_processor.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/text.hpp"
#include "tests/unit/invoice/invoice_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const std::string kCac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const std::string kCbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

std::string credit_note() {
    return replaced_all(
        replaced_all(replaced_all(kInvoice, "InvoiceLine", "CreditNoteLine"), "Invoice>", "CreditNote>"),
        "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\"",
        "<CreditNote xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2\"");
}

}  // namespace

TEST_CASE("a right invoice is booked with its supplier, currency and totals", "[ubl]") {
    const Answer answer = answer_to(kInvoice);
    CHECK(answer.status == Status::Booked);
    CHECK(answer.reason == "");
    CHECK(answer.supplier == "Müller & Co");
    CHECK(answer.currency == "EUR");
    REQUIRE(answer.details.present == 0xf);
    CHECK(answer.details.amounts[Details::Net] == 10000);
    CHECK(answer.details.amounts[Details::Tax] == 1900);
    CHECK(answer.details.amounts[Details::Gross] == 11900);
    CHECK(answer.details.amounts[Details::Due] == 11900);
}

TEST_CASE("a credit note is read like an invoice", "[ubl]") {
    check_booked(credit_note());
    CHECK(answer_to(credit_note()).term(Term::Kind) == "381");
    const std::string typed =
        replaced(credit_note(), "<cbc:DocumentCurrencyCode>",
                 "<cbc:CreditNoteTypeCode>396</cbc:CreditNoteTypeCode><cac:PaymentMeans>"
                 "<cbc:PaymentDueDate>2026-05-06</cbc:PaymentDueDate></cac:PaymentMeans>"
                 "<cbc:DocumentCurrencyCode>");
    CHECK(answer_to(typed).term(Term::Kind) == "396");
    CHECK(answer_to(typed).term(Term::DueOn) == "2026-05-06");
    check_violates(replaced(credit_note(), ">70.00<", ">71.00<"), "BR-CO-10");
}

TEST_CASE("a rejected invoice keeps what was read of it, and names all rules it violates", "[ubl]") {
    const Answer answer =
        answer_to(replaced(with(">70.00<", ">71.00<"), ">119.00</cbc:Payable", ">1.00</cbc:Payable"));
    CHECK(answer.status == Status::Rejected);
    CHECK(answer.reason ==
          "BR-CO-10 BR-CO-16: line total 100.00, expected 101.00, the sum of the lines; due 1.00, expected "
          "119.00");
    CHECK(answer.result_text ==
          R"({"rules":[{"rule":"BR-CO-10","location":"/Invoice/LegalMonetaryTotal/LineExtensionAmount",)"
          R"("expected":"101.00","found":"100.00"},{"rule":"BR-CO-16",)"
          R"("location":"/Invoice/LegalMonetaryTotal/PayableAmount","expected":"119.00","found":"1.00"}]})");
    CHECK(answer.supplier == "Müller & Co");
    CHECK(answer.details.amounts[Details::Due] == 100);
}

TEST_CASE("an amount that is no number of hundredths is none for the ledger", "[ubl]") {
    const Answer answer = answer_to(with(">119.00</cbc:Payable", ">-119.005</cbc:Payable"));
    CHECK(answer.reason == "BR-CO-16: due -119.005, expected 119.00");
    CHECK_FALSE(answer.details.has(Details::Due));
    CHECK(answer.details.has(Details::Gross));
}

TEST_CASE("amounts are minor units of the invoice's currency", "[ubl]") {
    const Answer yen = answer_to(replaced_all(kInvoice, "EUR", "JPY"));
    CHECK(yen.details.amounts[Details::Due] == 119);
    CHECK(answer_to(replaced_all(kInvoice, "EUR", "KWD")).details.amounts[Details::Due] == 119'000);
    const Answer part =
        answer_to(replaced_all(with(">119.00</cbc:Payable", ">119.50</cbc:Payable"), "EUR", "JPY"));
    CHECK_FALSE(part.details.has(Details::Due));
    CHECK(part.details.has(Details::Gross));
}

TEST_CASE("names are compared in their namespaces, whatever the prefixes", "[ubl]") {
    SECTION("other prefixes, one of them the usual one of something else") {
        auto text = replaced_all(replaced_all(kInvoice, "cac:", "x:"), "xmlns:cac", "xmlns:x");
        text = replaced_all(replaced_all(text, "cbc:", "cac:"), "xmlns:cbc", "xmlns:cac");
        check_booked(text);
    }
    SECTION("a prefix for the root, and the basic components by default") {
        auto text = replaced(with("</Invoice>", "</u:Invoice>"), "<Invoice xmlns=", "<u:Invoice xmlns:u=");
        text = replaced(replaced_all(text, "cbc:", ""), "xmlns:cbc=", "xmlns=");
        check_booked(text);
    }
    SECTION("declared again on the way, with other meanings outside") {
        check_booked(replaced(
            replaced(kInvoice, "<cac:LegalMonetaryTotal>", "<q:LegalMonetaryTotal xmlns:q=\"" + kCac + "\">"),
            "</cac:LegalMonetaryTotal>", "</q:LegalMonetaryTotal>"));
        check_booked(
            replaced(replaced(kInvoice, "<cbc:PayableAmount ", "<p:PayableAmount xmlns:p=\"" + kCbc + "\" "),
                     "</cbc:PayableAmount>", "</p:PayableAmount>"));
    }
    SECTION("a prefix that means something else for a while") {
        check_violates(with("<cac:LegalMonetaryTotal>", "<cac:LegalMonetaryTotal xmlns:cbc=\"urn:other\">"),
                       "BR-CO-10 BR-CO-13 BR-CO-15 BR-CO-16");
        check_booked(
            with("<cbc:ID>R-1</cbc:ID>",
                 "<cac:Other xmlns:cac=\"urn:other\"><cac:TaxTotal/></cac:Other><cbc:ID>R-1</cbc:ID>"));
        check_rejected(with("<cac:LegalMonetaryTotal>", "<cac:LegalMonetaryTotal xmlns:cac=\"urn:other\">"),
                       "BR-CO-15: there is no LegalMonetaryTotal");
    }
    SECTION("a sibling's declaration is not ours") {
        const std::string declared = "<a:ID xmlns:p=\"" + kCbc + "\" xmlns:a=\"" + kCbc + "\">R-1</a:ID>";
        check_mentions(answer_to(replaced_all(with("<cbc:ID>R-1</cbc:ID>", declared), "cbc:PayableAmount",
                                              "p:PayableAmount"))
                           .reason,
                       "unbound prefix");
    }
}

TEST_CASE("the supplier's registration name comes first, its trade name second", "[ubl]") {
    const std::string registered = "<cbc:RegistrationName>Müller &amp; Co</cbc:RegistrationName>";
    CHECK(answer_to(with(registered, "")).supplier == "Trade name");
    CHECK(answer_to(with(registered, "<cbc:RegistrationName> </cbc:RegistrationName>")).supplier ==
          "Trade name");
    CHECK(answer_to(replaced(with(registered, ""), "<cbc:Name>Trade name</cbc:Name>", "")).supplier == "");
    // One line of the ledger, whatever stands in the file.
    CHECK(answer_to(with("Müller &amp; Co", " A\n\t B&#10;C D <!-- - --><![CDATA[<E>]]> ")).supplier ==
          "A B C D <E>");
}

TEST_CASE("amounts may be written in any form of xs:decimal", "[ubl]") {
    check_booked(with(">70.00<", ">\n  +070.0 <"));
    check_booked(with(">70.00<", ">7<!-- seventy -->0<?and?><![CDATA[.00]]><"));
    check_booked(with(">70.00<", ">&#55;0<"));
}

TEST_CASE("an amount that is no number is named, with the rules that cannot hold", "[ubl]") {
    check_rejected(with(">70.00<", ">70,00<"), "BR-CO-10: LineExtensionAmount \"70,00\" is not a decimal");
    check_rejected(with(">70.00<", "><"), "BR-CO-10: LineExtensionAmount \"\" is not a decimal");
    check_booked(with(">70.00<", "><b>7<c/>0</b>.00<"));  // XPath's string() joins the texts
    const std::string digits = "1234567890123456789012345678901234567";
    check_rejected(with(">70.00<", ">" + digits + "<"),
                   "BR-CO-10: LineExtensionAmount \"" + digits + "\" has more than 36 digits");
    check_rejected(with(">19</cbc:Percent>", ">19 %</cbc:Percent>"),
                   "BR-CO-17: Percent \"19 %\" is not a decimal");
    const Answer answer = answer_to(with(">70.00<", ">" + std::string(100'000, '7') + "<"));
    check_mentions(answer.reason,
                   "BR-CO-10: LineExtensionAmount \"7777777777777777777777777777777777777777...\"");
}

TEST_CASE("an element that can be there once only is not read twice", "[ubl]") {
    check_rejected(with("<cbc:TaxExclusiveAmount",
                        "<cbc:TaxExclusiveAmount>100.00</cbc:TaxExclusiveAmount><cbc:TaxExclusiveAmount"),
                   "BR-CO-13 BR-CO-15: TaxExclusiveAmount occurs more than once");
    check_rejected(
        with("<cac:InvoiceLine>", "<cac:LegalMonetaryTotal/><cac:InvoiceLine>"),
        "BR-CO-15: LegalMonetaryTotal occurs more than once; gross 119.00, expected 100.00 + 19.00 tax "
        "= 119.00");
    check_rejected(with("<cbc:DocumentCurrencyCode>",
                        "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:DocumentCurrencyCode>"),
                   "DocumentCurrencyCode occurs more than once");
}

TEST_CASE("a document that says nothing is never booked", "[ubl]") {
    const auto root = kInvoice.substr(0, kInvoice.find("<cbc:ID>"));
    check_rejected(root + "</Invoice>", "there is no LegalMonetaryTotal");
    check_violates(root + "<cac:LegalMonetaryTotal/></Invoice>", "BR-CO-10 BR-CO-13 BR-CO-16");
}

TEST_CASE("allowances and charges of the document count, those of a line do not", "[ubl]") {
    const auto allowance = [](const char* indicator, const char* amount) {
        return std::string("<cac:AllowanceCharge><cbc:ChargeIndicator>") + indicator +
               "</cbc:ChargeIndicator><cbc:Amount currencyID=\"EUR\">" + amount +
               "</cbc:Amount></cac:AllowanceCharge>";
    };
    const auto in_document = [](const std::string& text) {
        return with("<cac:TaxTotal>", text + "<cac:TaxTotal>");
    };
    check_violates(in_document(allowance("false", "1.00")), "BR-CO-11");
    check_violates(in_document(allowance(" 0 ", "1.00")), "BR-CO-11");
    check_violates(in_document(allowance("true", "1.00")), "BR-CO-12");
    check_violates(in_document(allowance("1", "1.00")), "BR-CO-12");
    check_rejected(in_document(allowance("no", "1.00")), "ChargeIndicator \"no\" is neither true nor false");
    check_booked(with("<cac:Item>", allowance("false", "1.00") + "<cac:Item>"));
    const std::string totals =
        "<cbc:AllowanceTotalAmount>4.00</cbc:AllowanceTotalAmount><cbc:ChargeTotalAmount>4</"
        "cbc:ChargeTotalAmount><cbc:PayableAmount";
    check_booked(replaced(
        in_document(allowance("false", "1.50") + allowance("true", "4.00") + allowance("false", "2.50")),
        "<cbc:PayableAmount", totals));
}

TEST_CASE("only a percentage of VAT counts, however VAT is written", "[ubl]") {
    check_booked(with("<cbc:ID>VAT</cbc:ID>", "<cbc:ID>\n vat </cbc:ID>"));
    check_violates(with("<cbc:ID>VAT</cbc:ID>", "<cbc:ID>GST</cbc:ID>"), "BR-CO-17");
    check_violates(with("<cbc:Percent>19</cbc:Percent>", ""), "BR-CO-17");
    // Order is a schema's business.
    check_booked(replaced(with("<cbc:Percent>19</cbc:Percent>", ""), "</cac:TaxCategory>",
                          "<cbc:Percent>19</cbc:Percent></cac:TaxCategory>"));
}

TEST_CASE("the tax total in the accounting currency does not disturb the one in the document's", "[ubl]") {
    const Answer answer =
        answer_to(with("<cac:TaxTotal>",
                       "<cac:TaxTotal><cbc:TaxAmount "
                       "currencyID=\"GBP\">16.03</cbc:TaxAmount></cac:TaxTotal><cac:TaxTotal>"));
    CHECK(answer.status == Status::Booked);
    CHECK(answer.details.amounts[Details::Tax] == 1900);
    check_violates(with("<cac:TaxTotal>",
                        "<cac:TaxTotal><cbc:TaxAmount "
                        "currencyID=\"EUR\">19.00</cbc:TaxAmount></cac:TaxTotal><cac:TaxTotal>"),
                   "BR-CO-15");
    check_violates(replaced_all(kInvoice, "<cbc:TaxAmount currencyID=\"EUR\">", "<cbc:TaxAmount>"),
                   "BR-CO-15");
}

TEST_CASE("a line's tax total is asked for its percentage alone, however deep it lies", "[ubl]") {
    const auto in_line = [](const char* tax, const char* begin, const char* end) {
        return with("<cac:Item>",
                    std::string(begin) +
                        "<cac:TaxTotal><cbc:TaxAmount "
                        "currencyID=\"EUR\">1</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount>100"
                        "</cbc:TaxableAmount><cbc:TaxAmount>" +
                        tax +
                        "</cbc:TaxAmount><cac:TaxCategory><cbc:Percent>7</cbc:Percent>"
                        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></"
                        "cac:TaxSubtotal></cac:TaxTotal>" +
                        end + "<cac:Item>");
    };
    check_booked(in_line("7", "", ""));
    check_violates(in_line("9", "", ""), "BR-CO-17");
    check_violates(in_line("9", "<cac:SubInvoiceLine><cac:Any>", "</cac:Any></cac:SubInvoiceLine>"),
                   "BR-CO-17");
}

TEST_CASE("what is well-formed but no UBL is rejected by its root element", "[ubl]") {
    check_rejected(
        "<page/>",
        "no invoice of EN 16931 (UBL 2.1 Invoice or CreditNote, CII CrossIndustryInvoice D16B): the root "
        "element is \"page\"");
    check_rejected(
        "<Invoice xmlns='urn:other'/>",
        "no invoice of EN 16931 (UBL 2.1 Invoice or CreditNote, CII CrossIndustryInvoice D16B): the root "
        "element is \"Invoice\" in namespace \"urn:other\"");
    check_rejected(
        with("schema:xsd:Invoice-2", "schema:xsd:CreditNote-2"),
        "no invoice of EN 16931 (UBL 2.1 Invoice or CreditNote, CII CrossIndustryInvoice D16B): the root "
        "element is \"Invoice\" in namespace "
        "\"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2\"");
    check_rejected("<u:Invoice/>", "not well-formed XML at line 1, column 1: unbound prefix");
}
