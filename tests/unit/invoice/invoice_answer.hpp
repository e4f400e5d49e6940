// SPDX-License-Identifier: Apache-2.0
// The invoice processor's answer to a text or a file.
#pragma once

#include "consumer/invoice/invoice_processor.hpp"

#include <fcntl.h>

#include <array>
#include <memory>
#include <string>

#include "common/core/terms/invoice_terms.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/sample_invoice.hpp"
#include "tests/support/temporary_folder.hpp"

namespace pipeline::test {

inline constexpr std::uint64_t kInvoiceMaxBytes = std::uint64_t{100} << 20;

// The answer to a file of that content.
struct Answer {
    Status status{};
    std::string reason;
    std::string supplier;
    std::string currency;
    Details details{};
    std::array<std::string, kTerms> terms;
    std::string result_text;

    explicit Answer(const Result& result) : status(result.status) {
        if (result.extra) {
            const auto unpacked = unpack_terms(result.extra->text);
            REQUIRE(unpacked);
            for (std::size_t i = 0; i < kTerms; ++i) terms[i] = unpacked->terms[i];
            result_text = unpacked->result;
        }
        if (!result.has_details) return;
        details = result.details;
        reason = details.reason_text();
        supplier = details.supplier_text();
        currency = details.currency_text();
    }
    [[nodiscard]] const std::string& term(Term which) const { return terms[static_cast<std::size_t>(which)]; }
    // The ids of the rules, with which the reason begins.
    [[nodiscard]] std::string rules() const {
        return reason.starts_with("BR-") ? reason.substr(0, reason.find(':')) : "";
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
                         std::uint64_t max_bytes = kInvoiceMaxBytes) {
    InvoiceProcessor processor(spool_of(folder.path()), max_bytes);
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

// Checks which rules are violated, and nothing of the figures.
inline void check_violates(std::string_view text, const std::string& rules) {
    const Answer answer = answer_to(text);
    CHECK(answer.rules() == rules);
    CHECK(answer.status == Status::Rejected);
}

inline std::string with(std::string_view from, std::string_view to) {
    return replaced(kInvoice, from, to);
}

}  // namespace pipeline::test
