// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/pruned_ids.hpp"

namespace pipeline {

PrunedIds::PrunedIds(SqliteConnection& database)
    : any_(database, "SELECT 1 FROM pruned LIMIT 1"),
      has_(database, "SELECT 1 FROM pruned WHERE id = ?1 LIMIT 1"),
      find_(database, "SELECT source, position, status FROM pruned WHERE id = ?1 ORDER BY rowid") {}

void PrunedIds::begin() {
    has_any_ = any_.first_row();
    any_.finish();
}

bool PrunedIds::may_have(std::string_view stored_id) {
    if (!has_any_) return false;
    has_.bind(1, stored_id);
    const bool found = has_.first_row();
    has_.finish();
    return found;
}

PrunedAnswer PrunedIds::find(std::string_view stored_id, std::string_view source, std::uint64_t position) {
    PrunedAnswer answer;
    find_.bind(1, stored_id);
    while (find_.next_row()) {
        answer.add(find_.text(2),
                   find_.text(0) == source && find_.integer(1) == static_cast<std::int64_t>(position));
    }
    return answer;
}

}  // namespace pipeline
