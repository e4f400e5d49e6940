// SPDX-License-Identifier: Apache-2.0
// Files as the UBL processor finds them: their bytes, their form as XML, and those that it cannot read.
#include "consumer/invoice/ubl_processor.hpp"

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
#include "tests/unit/invoice/ubl_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

const std::string kCac = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const std::string kCbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

}  // namespace

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
