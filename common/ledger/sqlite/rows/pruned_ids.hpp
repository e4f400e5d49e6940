// SPDX-License-Identifier: Apache-2.0
// The ids whose rows people have pruned: an id stays unique for ever.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/ledger/rows/row_rules.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

class PrunedIds {
  public:
    // The connection must outlive this object.
    explicit PrunedIds(SqliteConnection& database);

    // Call it at the beginning of each transaction.
    void begin();
    // False if nothing of the id was pruned. Costs nothing in a ledger of which nothing was pruned.
    [[nodiscard]] bool may_have(std::string_view stored_id);
    // Rows of one id are few: they are all read.
    [[nodiscard]] PrunedAnswer find(std::string_view stored_id, std::string_view source,
                                    std::uint64_t position);

  private:
    SqliteStatement any_, has_, find_;
    bool has_any_ = false;
};

}  // namespace pipeline
