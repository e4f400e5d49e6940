// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/repeats.hpp"

#include <fmt/format.h>

#include "common/ledger/rows/invoice_identity.hpp"
#include "common/ledger/sqlite/rows/ledger_version_7.hpp"

namespace pipeline {
namespace {

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
    RowVerdict verdict;
    verdict.status = records.record(i).status;
    const auto identity = mode == SameNumber::Book ? std::nullopt : identity_of(records, i);
    if (!identity) return verdict;
    if (identity->has_number()) {
        same_number_.bind(1, std::string_view(identity->number));
        same_number_.bind(2, std::string_view(identity->seller));
        same_number_.bind(3, id);
        same_number_.bind(4, std::int64_t{identity->is_credit_note});
        verdict.repeats = first_id(same_number_);
    }
    const bool by_number = !verdict.repeats.empty();
    if (!by_number && !identity->file_digest.empty()) {
        same_file_.bind(1, std::string_view(identity->file_digest));
        same_file_.bind(2, id);
        verdict.repeats = first_id(same_file_);
    }
    if (!verdict.repeats.empty() && mode == SameNumber::Reject) reject_repeat(verdict, by_number);
    return verdict;
}

}  // namespace pipeline
