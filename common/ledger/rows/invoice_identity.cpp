// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/rows/invoice_identity.hpp"

#include <fmt/format.h>

#include <string_view>

#include "common/base/utf8.hpp"
#include "common/core/terms/credit_note.hpp"
#include "common/core/terms/invoice_terms.hpp"

namespace pipeline {
namespace {

// False if there is no text, or if it was cut (kMaxTermBytes).
bool is_whole(std::string_view text) noexcept {
    constexpr std::size_t kLongestCharacter = 4;
    return !text.empty() && (text.size() + kLongestCharacter <= kMaxTermBytes || !text.ends_with("..."));
}

}  // namespace

std::optional<InvoiceIdentity> identity_of(const RecordRange& records, std::size_t i) {
    const Record& record = records.record(i);
    if (record.status != Status::Booked) return std::nullopt;
    const std::string_view packed = record.terms_in(records.bytes());
    const auto terms = packed.data() == nullptr ? std::nullopt : unpack_terms(packed);
    if (!terms) return std::nullopt;
    InvoiceIdentity identity;
    std::string copy;
    std::string_view seller = (*terms)[Term::SupplierId];
    if (seller.empty() && record.has_details())
        seller = readable_utf8(records.details(i).supplier_text(), copy);
    const std::string_view number = (*terms)[Term::Number];
    if (is_whole(number) && is_whole(seller)) {
        identity.number = number;
        identity.seller = seller;
        identity.is_credit_note = is_credit_note((*terms)[Term::Kind]);
    }
    identity.file_digest = (*terms)[Term::FileDigest];
    return identity;
}

void reject_repeat(RowVerdict& verdict, bool by_number) {
    verdict.status = Status::Rejected;
    verdict.reason = fmt::format("{} as an invoice that is booked (column repeats)",
                                 by_number ? "the same seller and number" : "the same bytes");
}

}  // namespace pipeline
