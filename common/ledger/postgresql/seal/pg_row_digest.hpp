// SPDX-License-Identifier: Apache-2.0
// The digests of rows that were read from the tables of a ledger in PostgreSQL (sealed_columns.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"
#include "common/ledger/postgresql/engine/pg_result.hpp"
#include "common/ledger/seal/sealed_columns.hpp"
#include "common/ledger/seal/value_digest.hpp"

namespace pipeline {

// A table with sealed rows. The digest of a row of Pruned is the one for the commit that has pruned it; the
// row's own column `digest` is the one that it had before.
enum class PgSealedTable : std::uint8_t { Invoices, History, Duplicates, Pruned };
inline constexpr std::array<std::string_view, 4> kPgSealedTables{"invoices", "history", "duplicates",
                                                                 "pruned"};

[[nodiscard]] constexpr std::string_view to_text(PgSealedTable table) noexcept {
    return kPgSealedTables[static_cast<std::size_t>(table)];
}

// Returns the names of all sealed columns, separated by commas, to follow SELECT; NULL with its type in place
// of a column that the table does not have.
[[nodiscard]] std::string pg_sealed_columns(PgSealedTable table);

// Returns the number of the sealed column `name` in that list, from 0.
[[nodiscard]] consteval int pg_sealed_column(std::string_view name) {
    return sealed_tag(name) - 1;
}

class PgRowDigest {
  public:
    // Returns the digest of a row whose columns from `first` on are those of pg_sealed_columns(table).
    [[nodiscard]] Digest of(PgSealedTable table, const PgResult& result, int row, int first);

  private:
    ValueDigest values_;
};

}  // namespace pipeline
