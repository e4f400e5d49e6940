// SPDX-License-Identifier: Apache-2.0
// CII in, answers out: what is read of a CrossIndustryInvoice, and what the ledger gets of either syntax.
#include <string>

#include "common/base/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_cii.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/text.hpp"
#include "tests/unit/invoice/invoice_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string cii(std::string_view from, std::string_view to) {
    return replaced(kCii, from, to);
}

}  // namespace

TEST_CASE("a right CII invoice is booked with all that the ledger keeps", "[cii]") {
    const Answer answer = answer_to(kCii);
    CHECK(answer.reason == "");
    CHECK(answer.status == Status::Booked);
    CHECK(answer.supplier == "Müller & Co");
    CHECK(answer.currency == "EUR");
    REQUIRE(answer.details.present == 0xf);
    CHECK(answer.details.amounts[Details::Net] == 9500);
    CHECK(answer.details.amounts[Details::Tax] == 1805);
    CHECK(answer.details.amounts[Details::Gross] == 11305);
    CHECK(answer.details.amounts[Details::Due] == 9305);
    CHECK(answer.term(Term::Kind) == "380");
    CHECK(answer.term(Term::Number) == "C-1");
    CHECK(answer.term(Term::IssuedOn) == "2026-03-01");
    CHECK(answer.term(Term::DueOn) == "2026-03-31");
    CHECK(answer.term(Term::SupplierId) == "DE123456789");
    CHECK(answer.term(Term::Buyer) == "Buyer AG");
    CHECK(answer.term(Term::FileDigest) == to_text(Sha256().add(kCii).digest()));
    CHECK(answer.result_text == "");
}

TEST_CASE("CII names are compared in their namespaces", "[cii]") {
    check_booked(replaced_all(replaced_all(kCii, "ram:", "x:"), "xmlns:ram", "xmlns:x"));
    check_rejected(
        cii("CrossIndustryInvoice:100", "CrossIndustryInvoice:1"),
        "no invoice of EN 16931 (UBL 2.1 Invoice or CreditNote, CII CrossIndustryInvoice D16B): the root "
        "element is \"CrossIndustryInvoice\" in namespace "
        "\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:1\"");
}

TEST_CASE("each wrong figure of a CII invoice violates the rules that it takes part in", "[cii]") {
    check_violates(cii(">60.00</ram:LineTotalAmount>", ">61.00</ram:LineTotalAmount>"), "BR-CO-10");
    check_violates(cii(">10.00</ram:ActualAmount>", ">9.00</ram:ActualAmount>"), "BR-CO-11");
    check_violates(cii(">5.00</ram:ActualAmount>", ">4.00</ram:ActualAmount>"), "BR-CO-12");
    check_violates(cii(">95.00</ram:TaxBasisTotalAmount>", ">96.00</ram:TaxBasisTotalAmount>"),
                   "BR-CO-13 BR-CO-15");
    check_violates(cii(">18.05</ram:CalculatedAmount>", ">18.06</ram:CalculatedAmount>"), "BR-CO-14");
    check_violates(cii("\"EUR\">18.05</ram:TaxTotalAmount>", "\"GBP\">18.05</ram:TaxTotalAmount>"),
                   "BR-CO-15");
    check_rejected(cii(">93.05<", ">93.06<"), "BR-CO-16: due 93.06, expected 113.05 - 20.00 prepaid = 93.05");
    check_violates(cii("<ram:RateApplicablePercent>19<", "<ram:RateApplicablePercent>25<"), "BR-CO-17");
    check_violates(cii("<ram:TypeCode>VAT<", "<ram:TypeCode>GST<"), "BR-CO-17");
    check_booked(cii("<ram:TypeCode>VAT<", "<ram:TypeCode> vat <"));
    check_rejected(cii(">93.05<", ">93,05<"), "BR-CO-16: DuePayableAmount \"93,05\" is not a decimal");
    check_rejected(
        cii("<udt:Indicator>true<", "<udt:Indicator>True<"),
        "BR-CO-12: ChargeIndicator \"True\" is neither true nor false; charge total 5.00, expected 0.00, "
        "the sum of the document's charges");
    check_booked(cii("<udt:Indicator>true<", "<udt:Indicator>1<"));
}

TEST_CASE("a UBL invoice gives the ledger the same terms", "[cii]") {
    const std::string parties =
        "<cbc:IssueDate>2026-03-01</cbc:IssueDate><cbc:DueDate>2026-03-31+01:00</cbc:DueDate>"
        "<cbc:InvoiceTypeCode>389</"
        "cbc:InvoiceTypeCode><cac:AccountingCustomerParty><cac:Party><cac:PartyName>"
        "<cbc:Name>Trading</cbc:Name></cac:PartyName><cac:PartyLegalEntity><cbc:RegistrationName>Buyer  AG"
        "</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>";
    const std::string ids =
        "<cac:PartyTaxScheme><cbc:CompanyID>77/123</cbc:CompanyID><cac:TaxScheme><cbc:ID>FC</cbc:ID></"
        "cac:TaxScheme>"
        "</cac:PartyTaxScheme><cac:PartyTaxScheme><cbc:CompanyID>DE1</"
        "cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
        "</cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:CompanyID>HRB 1</cbc:CompanyID>";
    const std::string text =
        replaced(with("<cbc:ID>R-1</cbc:ID>", "<cbc:ID>R-1</cbc:ID>" + parties),
                 "<cac:PartyLegalEntity><cbc:RegistrationName>Müller", ids + "<cbc:RegistrationName>Müller");
    const Answer answer = answer_to(text);
    CHECK(answer.status == Status::Booked);
    CHECK(answer.term(Term::Kind) == "389");
    CHECK(answer.term(Term::Number) == "R-1");
    CHECK(answer.term(Term::IssuedOn) == "2026-03-01");
    CHECK(answer.term(Term::DueOn) == "2026-03-31");
    CHECK(answer.term(Term::SupplierId) == "DE1");
    CHECK(answer.term(Term::Buyer) == "Buyer AG");
    CHECK(answer_to(replaced(text, "DE1", "")).term(Term::SupplierId) == "HRB 1");
    CHECK(answer_to(replaced(replaced(text, "DE1", ""), "HRB 1", "")).term(Term::SupplierId) == "77/123");
    CHECK(answer_to(replaced(text, "2026-03-01", "1 March")).term(Term::IssuedOn) == "");
    const std::string long_number(500, 'N');
    CHECK(answer_to(replaced(text, "R-1", long_number)).term(Term::Number) ==
          long_number.substr(0, 197) + "...");
}

TEST_CASE("what is no invoice has the digest of its file all the same", "[cii]") {
    const std::string text = "<a>" + std::string(200'000, ' ');
    const Answer answer = answer_to(text);
    CHECK(answer.status == Status::Rejected);
    CHECK(answer.term(Term::FileDigest) == to_text(Sha256().add(text).digest()));
    CHECK(answer.term(Term::Number) == "");
}
