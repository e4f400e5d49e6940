// SPDX-License-Identifier: Apache-2.0
// The ids whose rows people have pruned: an id stays unique for ever.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/result.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

class PrunedIds {
  public:
    // The kind of row that was pruned from the source and position that were asked for.
    enum class Same : std::uint8_t { None, Other, Duplicate, Booked };
    struct Answer {
        Same same = Same::None;
        bool is_booked = false;             // an invoice with the id was booked, from any position
        Outcome outcome = Outcome::Failed;  // the id's last outcome that was pruned; Booked if one was
    };

    // The connection must outlive this object.
    explicit PrunedIds(SqliteConnection& database);

    // Call it at the beginning of each transaction.
    void begin();
    // False if nothing of the id was pruned. Costs nothing in a ledger of which nothing was pruned.
    [[nodiscard]] bool may_have(std::string_view stored_id);
    // Rows of one id are few: they are all read.
    [[nodiscard]] Answer find(std::string_view stored_id, std::string_view source, std::uint64_t position);

  private:
    SqliteStatement any_, has_, find_;
    bool has_any_ = false;
};

}  // namespace pipeline
