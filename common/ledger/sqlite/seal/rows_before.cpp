// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/rows_before.hpp"

#include <fmt/format.h>

#include <string>

#include "common/ledger/sqlite/seal/digest_sql.hpp"

namespace pipeline {
namespace {

std::string select_sql(const char* table, const std::string& digest, bool is_elsewhere) {
    return fmt::format(
        "SELECT {1} AS sealed, {2} FROM {0} WHERE coalesce(record >= (SELECT first FROM commits WHERE"
        " commits.generation = {0}.generation AND (kind = 'results' OR kind = 'decided')"
        " ORDER BY number LIMIT 1), 0) = 0",
        table, digest, is_elsewhere ? 1 : 0);
}

}  // namespace

void for_each_before(SqliteConnection& database,
                     const std::function<void(const Digest& digest, bool is_elsewhere)>& take) {
    SqliteStatement rows(database, select_sql("invoices", outcome_digest_sql(), false) + " UNION ALL " +
                                       select_sql("history", outcome_digest_sql(), true) + " UNION ALL " +
                                       select_sql("duplicates", duplicate_digest_sql(), true) +
                                       " UNION ALL " + select_sql("pruned", "digest", true) + " ORDER BY 1");
    while (rows.next_row()) take(rows.digest(0), rows.integer(1) != 0);
}

}  // namespace pipeline
