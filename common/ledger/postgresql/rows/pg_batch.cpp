// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/rows/pg_batch.hpp"

#include <algorithm>
#include <tuple>

#include "common/ledger/ledger_id.hpp"
#include "common/ledger/postgresql/schema/pg_key.hpp"

namespace pipeline {

void PgBatch::begin(const RecordRange& records, std::size_t first, RowValues& values) {
    entries_.clear();
    own_keys_.clear();
    form_ = RowForm::Plain;
    fresh_ = 0;
    entries_.reserve(records.size() - first);
    for (std::size_t i = first; i < records.size(); ++i) {
        entries_.push_back({key_of(records.id(i), values), i, false});
        form_ = std::max(form_, row_form_of(records.record(i)));
    }
    // Compares bytes, as COLLATE "C" does.
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return std::tie(a.key, a.i) < std::tie(b.key, b.i); });
    for (std::size_t at = 0; at < entries_.size(); ++at) {
        Entry& entry = entries_[at];
        const bool is_first = at == 0 || entries_[at - 1].key != entry.key;
        entry.is_fresh = is_first && !records.record(entry.i).is_given_again();
        fresh_ += entry.is_fresh ? 1 : 0;
    }
}

std::string_view PgBatch::key_of(std::string_view id, RowValues& values) {
    if (is_own_key(id) && is_plain_id(id)) return id;
    return own_keys_.emplace_back(pg_key(values.stored_form(id)));
}

}  // namespace pipeline
