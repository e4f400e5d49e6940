// SPDX-License-Identifier: Apache-2.0
// Files as the invoice processor finds them, and those that it cannot read.
#include "consumer/invoice/invoice_processor.hpp"

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
#include "tests/unit/invoice/invoice_answer.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("a file that cannot be read is failed with the system's error", "[invoice]") {
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
    InvoiceProcessor anywhere({}, kInvoiceMaxBytes);
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

TEST_CASE("a file larger than the limit is failed, one of exactly the limit is read", "[invoice]") {
    const TemporaryFolder folder;
    folder.write("invoice", kInvoice);
    CHECK(answer_for(folder, "invoice", kInvoice.size()).status == Status::Booked);
    const Answer answer = answer_for(folder, "invoice", kInvoice.size() - 1);
    CHECK(answer.status == Status::Failed);
    CHECK(answer.reason == "invoice is larger than the limit of " + std::to_string(kInvoice.size() - 1) +
                               " bytes (--invoice-max-size)");
}

TEST_CASE("an id leads to no file outside its directory", "[invoice]") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "spool");
    folder.write("invoice", kInvoice);
    InvoiceProcessor inside(spool_of(folder.path() / "spool"), kInvoiceMaxBytes);
    const auto result = std::make_unique<Result>();
    for (const std::string id : {"../invoice", ".", "..", "", "a/b", "/etc/hostname"}) {
        CAPTURE(id);
        inside.process(Acquired(id), *result);
        CHECK(result->status == Status::Failed);
        CHECK(result->details.reason_text() == "the id is not the name of a file");
    }
    InvoiceProcessor anywhere({}, kInvoiceMaxBytes);
    const std::string path = folder.path() / "invoice";
    anywhere.process(Acquired(path), *result);
    CHECK(result->status == Status::Booked);
}

TEST_CASE("one processor answers for one file after the other, and forgets each", "[invoice]") {
    const TemporaryFolder folder;
    folder.write("right", kInvoice);
    folder.write("wrong", with(">70.00<", ">x<"));
    folder.write("broken", "<a>");
    folder.write("large",
                 with("<cbc:ID>R-1<", "<cbc:Note>" + std::string(3 << 20, 'x') + "</cbc:Note><cbc:ID>R-1<"));
    InvoiceProcessor processor(spool_of(folder.path()), kInvoiceMaxBytes);
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

TEST_CASE("of the real sample invoices 37 are booked and 05.01a is rejected by BR-CO-16 alone", "[invoice]") {
    const char* samples = std::getenv("INVOICE_SAMPLES");
    if (samples == nullptr || *samples == '\0') {
        std::cout << "real sample invoices not tried: set INVOICE_SAMPLES to their directory\n";
        SUCCEED();
        return;
    }
    InvoiceProcessor processor(spool_of(samples), kInvoiceMaxBytes);
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
        CHECK(answer.reason == (is_extension ? "BR-CO-16: due 366.86, expected 336.90" : ""));
        CHECK(answer.status == (is_extension ? Status::Rejected : Status::Booked));
        CHECK(answer.details.present == 0xf);
        ++(is_extension ? rejected : booked);
    }
    CHECK(booked == 37);
    CHECK(rejected == 1);
}
