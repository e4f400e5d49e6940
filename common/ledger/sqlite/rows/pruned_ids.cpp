// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/pruned_ids.hpp"

#include <algorithm>

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

PrunedIds::Answer PrunedIds::find(std::string_view stored_id, std::string_view source,
                                  std::uint64_t position) {
    Answer answer;
    find_.bind(1, stored_id);
    while (find_.next_row()) {
        const std::string_view status = find_.text(2);
        const bool is_booked = status == "booked";
        const bool is_duplicate = status == "duplicate";
        answer.is_booked = answer.is_booked || is_booked;
        if (!is_duplicate && status != "replaced" && answer.outcome != Outcome::Booked)
            answer.outcome = parse_outcome(status);
        if (find_.text(0) != source || find_.integer(1) != static_cast<std::int64_t>(position)) continue;
        const Same same = is_booked ? Same::Booked : is_duplicate ? Same::Duplicate : Same::Other;
        answer.same = std::max(answer.same, same);
    }
    return answer;
}

}  // namespace pipeline
