// SPDX-License-Identifier: Apache-2.0
// Files in, answers out: what of UBL is read, and what is said of files that are no invoices.
#include "consumer/invoice/ubl_processor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// The answer to a file of that content.
struct Answer {
    Status status{};
    std::string reason;
    std::string supplier;
    std::string currency;
    Details details{};

    explicit Answer(const Result& result) : status(result.status) {
        if (!result.has_details) return;
        details = result.details;
        reason = details.reason_text();
        supplier = details.supplier_text();
        currency = details.currency_text();
    }
};

std::shared_ptr<const SpoolFolder> spool_of(const std::filesystem::path& path) {
    return std::make_shared<const SpoolFolder>(path, SpoolOrigin{});
}

// The file as it is there now.
Acquired acquired(const std::filesystem::path& folder, std::string_view id) {
    const auto seen = look_at(AT_FDCWD, (folder / id).c_str());
    return Acquired(id, seen ? seen->identity.position() : 0);
}

Answer answer_for(const TemporaryFolder& folder, std::string_view id,
                  std::size_t max_bytes = UblProcessor::kDefaultMaxBytes) {
    UblProcessor processor(spool_of(folder.path()), max_bytes);
    const auto result = std::make_unique<Result>();
    processor.process(acquired(folder.path(), id), *result);
    return Answer(*result);
}

Answer answer_to(std::string_view text) {
    const TemporaryFolder folder;
    folder.write("invoice.xml", text);
    return answer_for(folder, "invoice.xml");
}

void check_booked(std::string_view text) {
    const Answer answer = answer_to(text);
    CHECK(answer.reason == "");
    CHECK(answer.status == Status::Booked);
}

void check_rejected(std::string_view text, const std::string& reason) {
    const Answer answer = answer_to(text);
    CHECK(answer.reason == reason);
    CHECK(answer.status == Status::Rejected);
}

std::string with(std::string_view from, std::string_view to) {
    return replaced(kInvoice, from, to);
}

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
    check_rejected(replaced(credit_note(), ">70.00<", ">71.00<"), "BR-CO-10");
}

TEST_CASE("a rejected invoice keeps what was read of it, and names all rules it violates", "[ubl]") {
    const Answer answer =
        answer_to(replaced(with(">70.00<", ">71.00<"), ">119.00</cbc:Payable", ">1.00</cbc:Payable"));
    CHECK(answer.status == Status::Rejected);
    CHECK(answer.reason == "BR-CO-10 BR-CO-16");
    CHECK(answer.supplier == "Müller & Co");
    CHECK(answer.details.amounts[Details::Due] == 100);
}

TEST_CASE("amounts of more than two decimals are rounded for the ledger alone", "[ubl]") {
    // Exactly, 119.005 is not what the rounded sum must be.
    const Answer answer = answer_to(with(">119.00</cbc:Payable", ">-119.005</cbc:Payable"));
    CHECK(answer.reason == "BR-CO-16");
    CHECK(answer.details.amounts[Details::Due] == -11900);
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
        check_rejected(with("<cac:LegalMonetaryTotal>", "<cac:LegalMonetaryTotal xmlns:cbc=\"urn:other\">"),
                       "BR-CO-10 BR-CO-13 BR-CO-15 BR-CO-16");
        check_booked(
            with("<cbc:ID>R-1</cbc:ID>",
                 "<cac:Other xmlns:cac=\"urn:other\"><cac:TaxTotal/></cac:Other><cbc:ID>R-1</cbc:ID>"));
        check_rejected(with("<cac:LegalMonetaryTotal>", "<cac:LegalMonetaryTotal xmlns:cac=\"urn:other\">"),
                       "BR-CO-15 (there is no LegalMonetaryTotal)");
    }
    SECTION("a sibling's declaration is not ours") {
        check_rejected(replaced_all(with("<cbc:ID>R-1</cbc:ID>", "<a:ID xmlns:p=\"" + kCbc + "\" xmlns:a=\"" +
                                                                     kCbc + "\">R-1</a:ID>"),
                                    "cbc:PayableAmount", "p:PayableAmount"),
                       "BR-CO-16");
    }
}

TEST_CASE("the supplier's registration name comes first, its trade name second", "[ubl]") {
    const std::string registered = "<cbc:RegistrationName>Müller &amp; Co</cbc:RegistrationName>";
    CHECK(answer_to(with(registered, "")).supplier == "Trade name");
    CHECK(answer_to(with(registered, "<cbc:RegistrationName> </cbc:RegistrationName>")).supplier ==
          "Trade name");
    CHECK(answer_to(replaced(with(registered, ""), "<cbc:Name>Trade name</cbc:Name>", "")).supplier == "");
    // One line of the ledger, whatever stands in the file.
    CHECK(answer_to(with("Müller &amp; Co", " A\n\t B&#10;C&#27;D <!-- - --><![CDATA[<E>]]> ")).supplier ==
          "A B C D <E>");
    CHECK(answer_to(with("Müller", "M\xc3\xbcller&#xD800;")).supplier == "M??ller??? & Co");
}

TEST_CASE("amounts may be written in any form of xs:decimal", "[ubl]") {
    check_booked(with(">70.00<", ">\n  +070.0 <"));
    check_booked(with(">70.00<", ">7<!-- seventy -->0<?and?><![CDATA[.00]]><"));
    check_booked(with(">70.00<", ">&#55;0<"));
}

TEST_CASE("an amount that is no number is named, with the rules that cannot hold", "[ubl]") {
    check_rejected(with(">70.00<", ">70,00<"), "BR-CO-10 (LineExtensionAmount \"70,00\" is not a decimal)");
    check_rejected(with(">70.00<", "><"), "BR-CO-10 (LineExtensionAmount \"\" is not a decimal)");
    check_rejected(with(">70.00<", "><b>70.00</b><"),
                   "BR-CO-10 (LineExtensionAmount \"<...>\" is not a decimal)");
    check_rejected(with(">70.00<", ">12345678901234567<"),
                   "BR-CO-10 (LineExtensionAmount \"12345678901234567\" has more than 16 integer or 20 "
                   "fraction digits)");
    check_rejected(with(">19</cbc:Percent>", ">19 %</cbc:Percent>"),
                   "BR-CO-17 (Percent \"19 %\" is not a decimal)");
    const Answer answer = answer_to(with(">70.00<", ">" + std::string(100'000, '7') + "<"));
    check_mentions(answer.reason,
                   "BR-CO-10 (LineExtensionAmount \"7777777777777777777777777777777777777777...\"");
}

TEST_CASE("an element that can be there once only is not read twice", "[ubl]") {
    check_rejected(with("<cbc:TaxExclusiveAmount",
                        "<cbc:TaxExclusiveAmount>100.00</cbc:TaxExclusiveAmount><cbc:TaxExclusiveAmount"),
                   "BR-CO-13 BR-CO-15 (TaxExclusiveAmount occurs more than once)");
    check_rejected(with("<cac:InvoiceLine>", "<cac:LegalMonetaryTotal/><cac:InvoiceLine>"),
                   "BR-CO-10 BR-CO-13 BR-CO-15 BR-CO-16 (LegalMonetaryTotal occurs more than once)");
    check_rejected(with("<cbc:DocumentCurrencyCode>",
                        "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:DocumentCurrencyCode>"),
                   "DocumentCurrencyCode occurs more than once");
}

TEST_CASE("a document that says nothing is never booked", "[ubl]") {
    const auto root = kInvoice.substr(0, kInvoice.find("<cbc:ID>"));
    check_rejected(root + "</Invoice>", "there is no LegalMonetaryTotal");
    check_rejected(root + "<cac:LegalMonetaryTotal/></Invoice>", "BR-CO-10 BR-CO-13 BR-CO-16");
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
    check_rejected(in_document(allowance("false", "1.00")), "BR-CO-11");
    check_rejected(in_document(allowance(" 0 ", "1.00")), "BR-CO-11");
    check_rejected(in_document(allowance("true", "1.00")), "BR-CO-12");
    check_rejected(in_document(allowance("1", "1.00")), "BR-CO-12");
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
    check_rejected(with("<cbc:ID>VAT</cbc:ID>", "<cbc:ID>GST</cbc:ID>"), "BR-CO-17");
    check_rejected(with("<cbc:Percent>19</cbc:Percent>", ""), "BR-CO-17");
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
    check_rejected(with("<cac:TaxTotal>",
                        "<cac:TaxTotal><cbc:TaxAmount "
                        "currencyID=\"EUR\">19.00</cbc:TaxAmount></cac:TaxTotal><cac:TaxTotal>"),
                   "BR-CO-15");
    check_rejected(replaced_all(kInvoice, "<cbc:TaxAmount currencyID=\"EUR\">", "<cbc:TaxAmount>"),
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
    check_rejected(in_line("9", "", ""), "BR-CO-17");
    check_rejected(in_line("9", "<cac:SubInvoiceLine><cac:Any>", "</cac:Any></cac:SubInvoiceLine>"),
                   "BR-CO-17");
}

TEST_CASE("what is well-formed but no UBL is rejected by its root element", "[ubl]") {
    check_rejected("<html/>", "not a UBL 2.1 Invoice or CreditNote: the root element is \"html\"");
    check_rejected(
        "<Invoice xmlns='urn:other'/>",
        "not a UBL 2.1 Invoice or CreditNote: the root element is \"Invoice\" in namespace \"urn:other\"");
    check_rejected(with("schema:xsd:Invoice-2", "schema:xsd:CreditNote-2"),
                   "not a UBL 2.1 Invoice or CreditNote: the root element is \"Invoice\" in namespace "
                   "\"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2\"");
    check_rejected("<u:Invoice/>", "not a UBL 2.1 Invoice or CreditNote: the root element is \"u:Invoice\"");
}

TEST_CASE("what is not well-formed is rejected with line and column", "[ubl]") {
    struct Case {
        std::string text;
        const char* where;
    };
    const auto c =
        GENERATE(Case{"", "not well-formed XML at line 1, column 1: there is no root element"},
                 Case{" \n", "not well-formed XML at line 2, column 1: there is no root element"},
                 Case{"plain text", "not well-formed XML at line 1, column 1: text outside the root element"},
                 Case{"<a>\n<b>\n</a>", "not well-formed XML at line 3, column 3: start-end tags mismatch"},
                 Case{"<a>\nää<b></c>", "not well-formed XML at line 2, column 8: start-end tags mismatch"},
                 Case{"<a/>\n\n <b/>", "not well-formed XML at line 3, column 3: a second root element"},
                 Case{"<a/>\nx", "not well-formed XML at line 2, column 1: text outside the root element"},
                 Case{"<a>\n\xff</a>", "not well-formed XML at line 2, column 1: not UTF-8"},
                 Case{std::string("<a>\n \0</a>", 10), "not well-formed XML at line 2, column 2: a NUL byte"},
                 Case{std::string("<a/>\0<", 6), "not well-formed XML at line 1, column 5: a NUL byte"});
    check_rejected(c.text, c.where);
    check_mentions(answer_to(kInvoice.substr(0, kInvoice.size() / 2)).reason, "not well-formed XML at line ");
}

TEST_CASE("bytes that are not UTF-8 are found wherever they are", "[ubl]") {
    const std::string bad =
        GENERATE("\xc3", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x9f\xbf", "\xf8");
    const int padding = GENERATE(0, 1, 7, 8, 60, 63, 64, 65, 200);
    CAPTURE(padding);
    const std::string comment = "<!--" + std::string(static_cast<std::size_t>(padding), 'x') + bad + "-->";
    check_mentions(answer_to(kInvoice + comment).reason, ": not UTF-8");
    const std::string good =
        "<!--" + std::string(static_cast<std::size_t>(padding), 'x') + "\xf0\x9f\x98\x80\xc3\xa4-->";
    check_booked(kInvoice + good);
}

TEST_CASE("a document type is skipped and its entities are not expanded", "[ubl]") {
    std::string bomb = "<!DOCTYPE Invoice [<!ENTITY a0 \"70.00\">";
    for (int i = 1; i < 50; ++i) {
        const std::string last = "&a" + std::to_string(i - 1) + ";";
        bomb += "<!ENTITY a" + std::to_string(i) + " \"" + last + last + last + "\">";
    }
    bomb += "<!ENTITY file SYSTEM \"file:///etc/passwd\">]>\n<Invoice ";
    const std::string text = with("<Invoice ", bomb);
    check_booked(text);
    check_rejected(replaced(text, ">70.00<", ">&a0;<"),
                   "BR-CO-10 (LineExtensionAmount \"&a0;\" is not a decimal)");
    CHECK(answer_to(replaced(text, "Müller &amp; Co", "&a49;&file;")).supplier == "&a49;&file;");
}

TEST_CASE("no depth of nesting exhausts the stack", "[ubl]") {
    constexpr int kDepth = 100'000;
    const auto nested = [](const std::string& open, const std::string& close, int closed) {
        std::string text;
        for (int i = 0; i < kDepth; ++i) text += open;
        for (int i = 0; i < closed; ++i) text += close;
        return text;
    };
    check_booked(with("<cac:Item>", nested("<cac:x>", "</cac:x>", kDepth) + "<cac:Item>"));
    check_booked(with("<cac:Item>", nested("<p:x xmlns:p='urn:other'>", "</p:x>", kDepth) + "<cac:Item>"));
    check_mentions(answer_to(nested("<a>", "</a>", kDepth - 1)).reason, "not well-formed XML");
    check_rejected(
        with("<cac:Item>", nested("<p:x xmlns:p='" + kCbc + "'>", "</p:x>", kDepth) + "<cac:Item>"),
        "too many namespace prefixes are declared");
}

TEST_CASE("UTF-16 and ISO-8859-1 are understood, a byte order mark is no text", "[ubl]") {
    const std::string ascii = replaced(with("Müller", "Muller"), "encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
    std::string little = "\xff\xfe";
    std::string big = "\xfe\xff";
    for (const char c : ascii) {
        little += {c, '\0'};
        big += {'\0', c};
    }
    check_booked(little);
    check_booked(big);
    check_mentions(answer_to(little.substr(0, 400)).reason, "not well-formed XML: ");
    const std::string latin = replaced(with("Müller", "M\xfcller"), "UTF-8", "ISO-8859-1");
    CHECK(answer_to(latin).status == Status::Booked);
    CHECK(answer_to(latin).supplier == "Müller & Co");
    check_booked("\xef\xbb\xbf" + kInvoice);
}

TEST_CASE("a file that cannot be read is failed with the system's error", "[ubl]") {
    const TemporaryFolder folder;
    const auto check_failed = [&](std::string_view id, const std::string& reason) {
        const Answer answer = answer_for(folder, id);
        CHECK(answer.status == Status::Failed);
        CHECK(answer.reason == reason);
    };
    check_failed("gone.xml", "the file is gone: it was removed or renamed before it was read");
    std::filesystem::create_directory(folder.path() / "folder");
    check_failed("folder", "folder is not a regular file");
    REQUIRE(::mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
    check_failed("fifo", "fifo is not a regular file");
    std::filesystem::create_symlink("loop", folder.path() / "loop");
    // Of a list, links are followed.
    UblProcessor anywhere({});
    const auto result = std::make_unique<Result>();
    const std::string loop = folder.path() / "loop";
    anywhere.process(Acquired(loop), *result);
    CHECK(result->status == Status::Failed);
    CHECK(result->details.reason_text() == "open " + loop + ": Too many levels of symbolic links");
    if (::geteuid() != 0) {
        folder.write("secret", kInvoice);
        std::filesystem::permissions(folder.path() / "secret", std::filesystem::perms::none);
        check_failed("secret", "open secret: Permission denied");
    }
}

TEST_CASE("a file larger than the limit is failed, one of exactly the limit is read", "[ubl]") {
    const TemporaryFolder folder;
    folder.write("invoice", kInvoice);
    CHECK(answer_for(folder, "invoice", kInvoice.size()).status == Status::Booked);
    const Answer answer = answer_for(folder, "invoice", kInvoice.size() - 1);
    CHECK(answer.status == Status::Failed);
    CHECK(answer.reason ==
          "invoice is larger than the limit of " + std::to_string(kInvoice.size() - 1) + " bytes");
}

TEST_CASE("an id leads to no file outside its directory", "[ubl]") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "spool");
    folder.write("invoice", kInvoice);
    UblProcessor inside(spool_of(folder.path() / "spool"));
    const auto result = std::make_unique<Result>();
    for (const std::string id : {"../invoice", ".", "..", "", "a/b", "/etc/hostname"}) {
        CAPTURE(id);
        inside.process(Acquired(id), *result);
        CHECK(result->status == Status::Failed);
        CHECK(result->details.reason_text() == "the id is not the name of a file");
    }
    UblProcessor anywhere({});
    const std::string path = folder.path() / "invoice";
    anywhere.process(Acquired(path), *result);
    CHECK(result->status == Status::Booked);
}

TEST_CASE("one processor answers for one file after the other, and forgets each", "[ubl]") {
    const TemporaryFolder folder;
    folder.write("right", kInvoice);
    folder.write("wrong", with(">70.00<", ">x<"));
    folder.write("broken", "<a>");
    folder.write("large", kInvoice + "<!--" + std::string(3 << 20, ' ') + "-->");
    UblProcessor processor(spool_of(folder.path()));
    const auto result = std::make_unique<Result>();
    for (int round = 0; round < 3; ++round) {
        for (const char* id : {"wrong", "right", "broken", "large", "gone", "right"}) {
            CAPTURE(id);
            processor.process(acquired(folder.path(), id), *result);
            const Answer answer(*result);
            const std::string name = id;
            const bool booked = name == "right" || name == "large";
            CHECK((answer.status == Status::Booked) == booked);
            CHECK(answer.reason.empty() == booked);
            CHECK((answer.supplier == "Müller & Co") == (booked || name == "wrong"));
        }
    }
}

TEST_CASE("of the real sample invoices 37 are booked and 05.01a is rejected by BR-CO-16 alone", "[ubl]") {
    const char* samples = std::getenv("INVOICE_SAMPLES");
    if (samples == nullptr || *samples == '\0') {
        std::cout << "real sample invoices not tried: set INVOICE_SAMPLES to their directory\n";
        SUCCEED();
        return;
    }
    UblProcessor processor(spool_of(samples));
    const auto result = std::make_unique<Result>();
    int booked = 0;
    int rejected = 0;
    for (const auto& entry : std::filesystem::directory_iterator(samples)) {
        if (entry.path().extension() != ".xml") continue;
        const std::string id = entry.path().filename();
        CAPTURE(id);
        processor.process(acquired(samples, id), *result);
        const Answer answer(*result);
        const bool is_extension = id.starts_with("05.01a");
        CHECK(answer.reason == (is_extension ? "BR-CO-16" : ""));
        CHECK(answer.status == (is_extension ? Status::Rejected : Status::Booked));
        CHECK(answer.details.present == 0xf);
        ++(is_extension ? rejected : booked);
    }
    CHECK(booked == 37);
    CHECK(rejected == 1);
}
