// SPDX-License-Identifier: Apache-2.0
// Documents that are made to cost the next one, or much time; and such as expat takes for something else.
#include <memory>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/text.hpp"
#include "tests/unit/invoice/invoice_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string attached(const std::string& description) {
    return "<AttachedDocument xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:AttachedDocument-2\" "
           "xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" "
           "xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">"
           "<cac:Attachment><cac:ExternalReference><cbc:Description>" +
           description + "</cbc:Description></cac:ExternalReference></cac:Attachment></AttachedDocument>";
}

// Elements of as many different names, each with that many bytes.
std::string names(int count, std::size_t bytes) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        text += "<n" + std::string(bytes - 1 - number.size(), 'x') + number + "/>";
    }
    return text;
}

std::string noted(const std::string& text) {
    return with("<cbc:ID>R-1<", "<cbc:Note>" + text + "</cbc:Note><cbc:ID>R-1<");
}

// The text of ASCII in UTF-16; each `!` becomes the lone first half of a surrogate pair.
std::string utf16(const std::string& ascii, bool is_big) {
    std::string text = is_big ? "\xfe\xff" : "\xff\xfe";
    for (const char c : ascii) {
        const char low = c == '!' ? '\0' : c;
        const char high = c == '!' ? '\xd8' : '\0';
        text += is_big ? high : low;
        text += is_big ? low : high;
    }
    return text;
}

}  // namespace

TEST_CASE("an attached document that uses up the parsers' memory costs itself alone", "[hostile_xml]") {
    const TemporaryFolder folder;
    const std::string broken = replaced(noted(names(13'000, 900)), "</Invoice>", "");
    folder.write("poison.xml", attached("<![CDATA[" + broken + "]]>"));
    folder.write("full.xml", attached(names(13'000, 900) + "<![CDATA[" + kInvoice + "]]>"));
    folder.write("good.xml", kInvoice);
    folder.write("attached.xml", attached("<![CDATA[" + kInvoice + "]]>"));
    InvoiceProcessor processor(spool_of(folder.path()), kInvoiceMaxBytes);
    const auto answer = [&](std::string_view id) {
        const auto result = std::make_unique<Result>();
        processor.process(acquired(folder.path(), id), *result);
        return Answer(*result);
    };
    for (const char* poison : {"poison.xml", "full.xml"}) {
        CAPTURE(poison);
        const Answer poisoned = answer(poison);
        CHECK(poisoned.status == Status::Rejected);
        check_mentions(poisoned.reason, "it has too many different names");
        for (const char* good : {"good.xml", "attached.xml", "good.xml"}) {
            const Answer after = answer(good);
            CHECK(after.reason == "");
            CHECK(after.status == Status::Booked);
        }
    }
}

TEST_CASE("an attached document that finds no memory for its parser is rejected", "[hostile_xml]") {
    // What is left of the memory after the outer document's names is less and less.
    for (int count = 12'000; count < 13'400; count += 20) {
        const std::string outer = replaced(attached("<![CDATA[" + kInvoice + "]]>"), "<cac:Attachment>",
                                           names(count, 900) + "<cac:Attachment>");
        const Answer answer = answer_to(outer);
        CAPTURE(count, answer.reason);
        CHECK((answer.status == Status::Booked || answer.status == Status::Rejected));
    }
}

TEST_CASE("the name of a namespace is bounded", "[hostile_xml]") {
    const std::string reason = "the name of a namespace is longer than 1024 bytes";
    check_booked(noted("<a xmlns='" + std::string(1024, 'u') + "' xmlns:p=\"v\"><b xmlns=''/></a>"));
    check_rejected(noted("<a xmlns='" + std::string(1025, 'u') + "'/>"), reason);
    check_rejected(noted("<a xmlns:p='" + std::string(1025, 'u') + "'/>"), reason);
    std::string costly = "<a xmlns:p='" + std::string(1'000'000, 'u') + "'>";
    for (int i = 0; i < 1'000'000; ++i) costly += "<p:b p:c=''/>";
    check_rejected(noted(costly + "</a>"), reason);
}

TEST_CASE("an attached document that comes character by character costs no more time", "[hostile_xml]") {
    std::string references;
    for (const char c : kInvoice) references += "&#" + std::to_string(static_cast<unsigned char>(c)) + ";";
    // As Latin-1: each byte of the UTF-8 becomes a character. The names are wrong then, the figures right.
    check_booked(attached(references));
    std::string comment = "&lt;!--";
    for (int i = 0; i < 1'000'000; ++i) comment += "&#120;";
    check_booked(attached(comment + "-->" + references.substr(references.find("&#60;&#73;"))));
}

TEST_CASE("half a surrogate pair in UTF-16 is refused wherever it is", "[hostile_xml]") {
    const bool is_big = GENERATE(false, true);
    const std::string ascii = replaced(with("Müller", "Muller"), "encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
    const std::string reason = "not well-formed XML: in UTF-16, a surrogate stands alone";
    const auto text = [&](std::string_view from, std::string_view to) {
        return utf16(replaced(ascii, from, to), is_big);
    };
    check_booked(utf16(ascii, is_big));
    check_rejected(text("Muller", "x!Ay"), reason);
    check_rejected(text("<cbc:ID>R-1", "!<cbc:ID>R-1"), reason);
    check_rejected(text("Muller", "!!"), reason);
    // Without the byte order mark, and over the end of a piece.
    check_rejected(text("Muller", "x!Ay").substr(2), reason);
    const std::size_t to_end = 65'536 / 2 - 1 - ascii.find("<cbc:ID>R-1") - std::size("<!---->") + 1;
    for (std::size_t shift = 0; shift < 4; ++shift) {
        const std::string padding(to_end - shift, 'x');
        check_rejected(text("<cbc:ID>R-1", "<!--" + padding + "-->!<cbc:ID>R-1"), reason);
    }
    std::string pair = text("Muller", "!#");
    const std::size_t at = pair.find('#');
    pair[at] = '\0';
    pair[is_big ? at - 1 : at + 1] = '\xdc';
    const Answer answer = answer_to(pair);
    CHECK(answer.status == Status::Booked);
    CHECK(answer.supplier == "\xf0\x90\x80\x80 & Co");
    pair[is_big ? at - 3 : at - 1] = '\0';
    pair[is_big ? at - 2 : at - 2] = 'x';
    check_rejected(pair, reason);
}

TEST_CASE("a byte order mark of UTF-8 is believed, and another encoding of single bytes is not",
          "[hostile_xml]") {
    check_booked("\xef\xbb\xbf" + with("UTF-8", "utf-8"));
    for (const char* encoding : {"ISO-8859-1", "US-ASCII", "windows-1252"}) {
        const Answer answer = answer_to("\xef\xbb\xbf" + with("UTF-8", encoding));
        CHECK(answer.status == Status::Booked);
        CHECK(answer.supplier == "Müller & Co");
    }
    const auto latin = replaced(with("UTF-8", "ISO-8859-1"), "ü", "\xfc");
    check_mentions(answer_to("\xef\xbb\xbf" + latin).reason, "not well-formed");
    check_rejected("\xef\xbb\xbf" + with("UTF-8", "UTF-16"),
                   "it begins as UTF-8 does, but declares the encoding \"UTF-16\"");
}

TEST_CASE("only listed encodings are asked of the system", "[hostile_xml]") {
    const auto encoded = [](const char* name) { return with("UTF-8", name); };
    for (const char* known : {"ISO-8859-16", "iso_8859-9", "latin9", "CP1252", "KOI8-U", "IBM852"})
        check_booked(replaced(encoded(known), "Müller", "Muller"));
    // iconv knows them, with one byte for each character.
    for (const char* other : {"ARMSCII-8", "TCVN", "ISO-8859-17", "ISO-8859-01", "windows-12520", "latin0"})
        check_rejected(replaced(encoded(other), "Müller", "Muller"),
                       "the encoding \"" + std::string(other) + "\" is not supported");
}
