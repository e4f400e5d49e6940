// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/repeats.hpp"

#include <fmt/format.h>

#include "common/base/utf8.hpp"
#include "common/core/terms/credit_note.hpp"
#include "common/core/terms/invoice_terms.hpp"
#include "common/ledger/sqlite/rows/ledger_version_7.hpp"

namespace pipeline {
namespace {

// False if there is no text, or if it was cut (kMaxTermBytes): then others may begin alike.
bool is_whole(std::string_view text) noexcept {
    constexpr std::size_t kLongestCharacter = 4;
    return !text.empty() && (text.size() + kLongestCharacter <= kMaxTermBytes || !text.ends_with("..."));
}

// Returns the id of the query's first row; an empty text if there is none.
std::string first_id(SqliteStatement& query) {
    std::string id;
    if (query.first_row()) {
        id = query.text(0);
        query.finish();
    }
    return id;
}

}  // namespace

// Rows with the same keys lie in the index in the order in which they were stored.
Repeats::Repeats(SqliteConnection& database)
    : same_number_(database, fmt::format("SELECT id FROM invoices INDEXED BY invoices_number"
                                         " WHERE number = ?1 AND coalesce(supplier_id, supplier) = ?2"
                                         " AND status = 'booked' AND id <> ?3"
                                         " AND {} = ?4 ORDER BY rowid LIMIT 1",
                                         is_credit_note_sql())),
      same_file_(database,
                 "SELECT id FROM invoices INDEXED BY invoices_file"
                 " WHERE file_digest = ?1 AND status = 'booked' AND id <> ?2 ORDER BY rowid LIMIT 1") {}

RowVerdict Repeats::judge(const RecordRange& records, std::size_t i, std::string_view id, SameNumber mode) {
    const Record& record = records.record(i);
    RowVerdict verdict;
    verdict.status = record.status;
    if (mode == SameNumber::Book || record.status != Status::Booked) return verdict;
    const std::string_view packed = record.terms_in(records.bytes());
    const auto terms = packed.data() == nullptr ? std::nullopt : unpack_terms(packed);
    if (!terms) return verdict;
    std::string copy;
    std::string_view seller = (*terms)[Term::SupplierId];
    if (seller.empty() && record.has_details())
        seller = readable_utf8(records.details(i).supplier_text(), copy);
    const std::string_view number = (*terms)[Term::Number];
    const char* what = "the same seller and number";
    if (is_whole(number) && is_whole(seller)) {
        same_number_.bind(1, number);
        same_number_.bind(2, seller);
        same_number_.bind(3, id);
        same_number_.bind(4, std::int64_t{is_credit_note((*terms)[Term::Kind])});
        verdict.repeats = first_id(same_number_);
    }
    const std::string_view digest = (*terms)[Term::FileDigest];
    if (verdict.repeats.empty() && !digest.empty()) {
        what = "the same bytes";
        same_file_.bind(1, digest);
        same_file_.bind(2, id);
        verdict.repeats = first_id(same_file_);
    }
    if (!verdict.repeats.empty() && mode == SameNumber::Reject) {
        verdict.status = Status::Rejected;
        verdict.reason = fmt::format("{} as an invoice that is booked (column repeats)", what);
    }
    return verdict;
}

}  // namespace pipeline
