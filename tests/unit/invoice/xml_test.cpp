// SPDX-License-Identifier: Apache-2.0
// Documents as XML: what is not well-formed, encodings, bounds, and what an invoice may be wrapped in.
#include <algorithm>
#include <string>

#include "consumer/xml/single_byte_encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/text.hpp"
#include "tests/unit/invoice/invoice_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// The invoice with "Müller" written in the bytes `name`, and that encoding declared.
std::string encoded(const std::string& encoding, const std::string& name) {
    return replaced(with("Müller", name), "UTF-8", encoding);
}

std::string in_envelope(const std::string& documents) {
    return "<StandardBusinessDocument xmlns=\"http://www.unece.org/cefact/namespaces/"
           "StandardBusinessDocumentHeader\"><StandardBusinessDocumentHeader><HeaderVersion>1.0</"
           "HeaderVersion>"
           "</StandardBusinessDocumentHeader>" +
           documents + "</StandardBusinessDocument>";
}

std::string attached(const std::string& description) {
    return "<AttachedDocument xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:AttachedDocument-2\" "
           "xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" "
           "xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">"
           "<cbc:ID>1</cbc:ID><cac:SenderParty><cac:Attachment/></cac:SenderParty><cac:Attachment>"
           "<cac:ExternalReference><cbc:MimeCode>text/xml</cbc:MimeCode><cbc:Description>" +
           description + "</cbc:Description></cac:ExternalReference></cac:Attachment></AttachedDocument>";
}

std::string without_declaration() {
    return kInvoice.substr(kInvoice.find('\n') + 1);
}

}  // namespace

TEST_CASE("what is not well-formed is rejected with line and column", "[xml]") {
    struct Case {
        std::string text;
        const char* where;
    };
    const std::string begin = "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>\n";
    const auto c = GENERATE_COPY(
        Case{"<b>\n</a>", "line 3, column 3: mismatched tag"},
        Case{"ää<b></c>", "line 2, column 8: mismatched tag"},
        Case{"<x:a/>", "line 2, column 1: unbound prefix"},
        Case{"<a b='' b=''/>", "line 2, column 9: duplicate attribute"},
        Case{"<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", "line 2, column 1: duplicate attribute"},
        Case{"<a:b:c xmlns:a='u'/>", "line 2, column 5: a character or token that must not be here"},
        Case{"<a>&nbsp;</a>", "line 2, column 4: an entity that is not declared"},
        Case{"<a>&#0;</a>", "line 2, column 4: reference to invalid character number"},
        Case{"<a>\n\x02</a>", "line 3, column 1: a character or token that must not be here"},
        Case{"<a>]]></a>", "line 2, column 6: a character or token that must not be here"},
        Case{"<a><!-- -- --></a>", "line 2, column 11: a character or token that must not be here"},
        Case{"<?xml version='1.0'?>", "line 2, column 1: XML or text declaration not at start of entity"},
        Case{"</Invoice>\n\n <b/>", "line 4, column 2: something follows the root element"});
    check_mentions(answer_to(begin + c.text).reason, std::string("not well-formed XML at ") + c.where);
    check_mentions(answer_to(" \n").reason, "not well-formed XML at line 2, column ");
    check_mentions(answer_to("plain text").reason, "not well-formed XML at line 1, column 1: ");
}

TEST_CASE("nothing is booked that is not well-formed behind the invoice, or cut", "[xml]") {
    check_rejected(kInvoice + "<b/>",
                   "not well-formed XML at line 41, column 1: something follows the root element");
    check_mentions(answer_to(kInvoice + "x").reason, "something follows the root element");
    check_mentions(answer_to(kInvoice + std::string(1, '\0')).reason,
                   "not well-formed XML at line 41, column 1");
    for (std::size_t length = 1; length < kInvoice.size() - 1; length += 97)
        CHECK(answer_to(kInvoice.substr(0, length)).status == Status::Rejected);
    check_booked(kInvoice + "\n<!-- a comment --><?and an=instruction?>\n");
}

TEST_CASE("a version of XML that is none is refused", "[xml]") {
    check_booked(with("version=\"1.0\"", "version=\"1.1\""));
    check_rejected(with("version=\"1.0\"", "version=\"1.t\""), "\"1.t\" is no version of XML");
    check_rejected(with("version=\"1.0\"", "version=\"2.0\""), "\"2.0\" is no version of XML");
    check_rejected(with("version=\"1.0\"", "version=\"1.\""), "\"1.\" is no version of XML");
}

TEST_CASE("bytes that are not UTF-8 are found wherever they are", "[xml]") {
    const std::string bad =
        GENERATE("\xc3", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x9f\xbf", "\xf8");
    const int padding = GENERATE(0, 1, 63, 64, 65, 65'500, 65'536);
    CAPTURE(padding);
    const std::string begin = "<!--" + std::string(static_cast<std::size_t>(padding), 'x');
    check_mentions(answer_to(kInvoice + begin + bad + "-->").reason,
                   "a character or token that must not be here");
    check_booked(kInvoice + begin + "\xf0\x9f\x98\x80\xc3\xa4-->");
}

TEST_CASE("a document type is refused, whatever is in it", "[xml]") {
    const std::string reason = "a document type declaration (<!DOCTYPE) is not accepted";
    check_rejected(with("<Invoice ", "<!DOCTYPE Invoice>\n<Invoice "), reason);
    check_rejected(
        with("<Invoice ", "<!DOCTYPE Invoice [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Invoice "), reason);
    std::string bomb = "<!DOCTYPE Invoice [<!ENTITY a0 \"x\">";
    for (int i = 1; i < 50; ++i) {
        const std::string last = "&a" + std::to_string(i - 1) + ";";
        bomb += "<!ENTITY a" + std::to_string(i) + " \"" + last + last + "\">";
    }
    check_rejected(replaced(with("<Invoice ", bomb + "]><Invoice "), "Müller &amp; Co", "&a49;"), reason);
}

TEST_CASE("the encodings of one byte for a character are read by iconv", "[xml]") {
    const auto seller = [](const std::string& text) { return answer_to(text).supplier; };
    CHECK(seller(encoded("ISO-8859-1", "M\xfcller")) == "Müller & Co");
    CHECK(seller(encoded("latin-1", "M\xfcller")) == "Müller & Co");
    CHECK(seller(encoded("ISO-8859-2", "\xb1\xe6\xea")) == "ąćę & Co");
    CHECK(seller(encoded("ISO-8859-15", "\xa4")) == "€ & Co");
    CHECK(seller(encoded("windows-1252", "\x80\x84x\x93")) == "€„x“ & Co");
    CHECK(seller(encoded("Windows-1250", "\xb9\xe6")) == "ąć & Co");
    check_mentions(answer_to(encoded("windows-1252", "\x81")).reason, "not well-formed XML at line ");
    for (const char* unknown : {"Shift_JIS", "x-nonsense", "UTF-7", "UTF-32", "EBCDIC-US", "UCS-2"})
        check_rejected(encoded(unknown, "M"),
                       "the encoding \"" + std::string(unknown) + "\" is not supported");
    check_mentions(answer_to(encoded("UTF-16", "M")).reason,
                   "it does not have the encoding that it declares");
    CHECK_FALSE(single_byte_encoding("UTF-8//TRANSLIT"));
    CHECK_FALSE(single_byte_encoding(""));
    CHECK_FALSE(single_byte_encoding(std::string(1000, 'a')));
}

TEST_CASE("UTF-16 is understood, a byte order mark is no text", "[xml]") {
    const std::string ascii = replaced(with("Müller", "Muller"), "encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
    std::string little = "\xff\xfe";
    std::string big = "\xfe\xff";
    for (const char c : ascii) {
        little += {c, '\0'};
        big += {'\0', c};
    }
    check_booked(little);
    check_booked(big);
    check_mentions(answer_to(little.substr(0, 400)).reason, "not well-formed XML at ");
    check_mentions(answer_to(little + std::string("\0\0", 2)).reason, "not well-formed XML at ");
    check_booked("\xef\xbb\xbf" + kInvoice);
}

TEST_CASE("no text is lost between comments, instructions, sections and references", "[xml]") {
    CHECK(answer_to(with("Müller &amp; Co", "A<!-- - --> <!-- - -->B<![CDATA[ ]]>C&#32;D<?p?> E")).supplier ==
          "A B C D E");
    check_rejected(with(">70.00<", ">7<!-- - --> <!-- - -->0.00<"),
                   "BR-CO-10: LineExtensionAmount \"7 0.00\" is not a decimal");
}

TEST_CASE("depth, tags, comments, kept texts and names are bounded", "[xml]") {
    const auto note = [](const std::string& text) {
        return with("<cbc:ID>R-1<", "<cbc:Note>" + text + "</cbc:Note><cbc:ID>R-1<");
    };
    constexpr std::size_t kMiB = std::size_t{1} << 20;
    std::string open;
    std::string close;
    for (int i = 0; i < 254; ++i) {
        open += "<a>";
        close += "</a>";
    }
    check_booked(note(open + close));
    check_rejected(note("<a>" + open + close + "</a>"), "elements are nested deeper than 256");
    check_booked(note("<!--" + std::string(kMiB - 70'000, 'x') + "-->"));
    const std::string too_long = "a tag, comment or instruction is longer than 1048576 bytes";
    check_rejected(note("<!--" + std::string(2 * kMiB, 'x') + "-->"), too_long);
    check_rejected(note("<a b='" + std::string(2 * kMiB, 'x') + "'/>"), too_long);
    check_rejected(note("<?a " + std::string(2 * kMiB, 'x') + "?>"), too_long);
    // A text that is not kept may have any length, as an attachment has.
    check_booked(note(std::string(3 * kMiB, 'x')));
    check_booked(note("<![CDATA[" + std::string(3 * kMiB, 'x') + "]]>"));
    check_rejected(with("R-1", std::string(kMiB + 1, 'x')), "the text of ID is longer than 1048576 bytes");
    std::string names;
    for (int i = 0; i < 300'000; ++i) names += "<n" + std::to_string(i) + "/>";
    check_rejected(note(names), "it has too many different names: they need more than 12582912 bytes");
    check_booked(kInvoice);
}

TEST_CASE("an SBDH envelope is opened", "[xml]") {
    check_booked(in_envelope(without_declaration()));
    check_violates(in_envelope(replaced(without_declaration(), ">70.00<", ">71.00<")), "BR-CO-10");
    check_rejected(in_envelope(""), "the envelope has no invoice in it");
    check_rejected(in_envelope("<a xmlns=''/>"), "the envelope has no invoice in it");
    check_rejected(in_envelope(without_declaration() + without_declaration()),
                   "the envelope has more than one document in it");
}

TEST_CASE("a UBL AttachedDocument with the invoice as its text is opened", "[xml]") {
    const Answer answer = answer_to(attached("\n <![CDATA[" + kInvoice + "]]>\n"));
    CHECK(answer.status == Status::Booked);
    CHECK(answer.supplier == "Müller & Co");
    CHECK(answer.term(Term::Number) == "R-1");
    // The outer document has the encoding; what the inner one declares is of no account any more.
    check_booked(attached("<![CDATA[" + replaced(kInvoice, "UTF-8", "ISO-8859-1") + "]]>"));
    check_violates(attached("<![CDATA[" + with(">70.00<", ">71.00<") + "]]>"), "BR-CO-10");
    check_rejected(
        attached(""),
        "in the AttachedDocument: not well-formed XML at line 1, column 1: the document ends too early");
    check_rejected(attached("<![CDATA[<a>]]>"),
                   "in the AttachedDocument: no invoice of EN 16931 (UBL 2.1 Invoice or CreditNote, CII "
                   "CrossIndustryInvoice D16B): the root element is \"a\"");
    check_mentions(answer_to(attached("<![CDATA[" + kInvoice + "x]]>")).reason,
                   "in the AttachedDocument: not well-formed XML at ");
    const std::string none = replaced(replaced(attached("x"), "<cbc:Description>", "<cbc:Note>"),
                                      "</cbc:Description>", "</cbc:Note>");
    check_rejected(
        none, "the AttachedDocument has no invoice as the text of Attachment/ExternalReference/Description");
}

TEST_CASE("a file that is no XML is called what it is", "[xml]") {
    const auto is = [](const std::string& text, const std::string& what) {
        check_rejected(text, "no invoice in XML, but " + what);
    };
    check_rejected("", "the file is empty");
    is("%PDF-1.7\n", "a PDF file (an invoice inside it must be taken out first)");
    is("PK\x03\x04rest", "a zip archive");
    is("\x1f\x8b\x08", "a gzip file");
    is("  <!DocType HTML><p>", "an HTML page");
    is("<html><br></html>", "an HTML page");
    is("\xef\xbb\xbf{\"a\":1}", "JSON");
    is("[]", "JSON");
    is(std::string("\xff\xfe\0\0<\0\0\0", 8), "UTF-32, which is not supported");
}
