// SPDX-License-Identifier: Apache-2.0
// The UBL processor's answer to a text or a file.
#pragma once

#include "consumer/invoice/ubl_processor.hpp"

#include <fcntl.h>

#include <memory>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/temporary_folder.hpp"

namespace pipeline::test {

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

inline std::shared_ptr<const SpoolFolder> spool_of(const std::filesystem::path& path) {
    return std::make_shared<const SpoolFolder>(path, SpoolOrigin{});
}

// The file as it is there now.
inline Acquired acquired(const std::filesystem::path& folder, std::string_view id) {
    const auto seen = look_at(AT_FDCWD, (folder / id).c_str());
    return Acquired(id, seen ? seen->identity.position() : 0);
}

inline Answer answer_for(const TemporaryFolder& folder, std::string_view id,
                         std::size_t max_bytes = UblProcessor::kDefaultMaxBytes) {
    UblProcessor processor(spool_of(folder.path()), max_bytes);
    const auto result = std::make_unique<Result>();
    processor.process(acquired(folder.path(), id), *result);
    return Answer(*result);
}

inline Answer answer_to(std::string_view text) {
    const TemporaryFolder folder;
    folder.write("invoice.xml", text);
    return answer_for(folder, "invoice.xml");
}

inline void check_booked(std::string_view text) {
    const Answer answer = answer_to(text);
    CHECK(answer.reason == "");
    CHECK(answer.status == Status::Booked);
}

inline void check_rejected(std::string_view text, const std::string& reason) {
    const Answer answer = answer_to(text);
    CHECK(answer.reason == reason);
    CHECK(answer.status == Status::Rejected);
}

inline std::string with(std::string_view from, std::string_view to) {
    return replaced(kInvoice, from, to);
}

}  // namespace pipeline::test
