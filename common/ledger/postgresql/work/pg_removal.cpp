// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/work/pg_removal.hpp"

#include <fmt/format.h>

#include "common/core/item.hpp"
#include "common/spec/source_spec.hpp"

namespace pipeline {

void PgRemoval::begin(std::string_view source) {
    is_there_ = false;
    if (source == source_) return;
    table_ = table_of_source(source);
    source_ = source;
}

void PgRemoval::send_question(PgConnection& database) const {
    if (table_) database.send("SELECT to_regclass($1) IS NOT NULL", PgParameters().add_own(table_->sql()));
}

void PgRemoval::take_answer(const std::vector<PgResult>& results, std::size_t question) {
    is_there_ = table_ && results[question].boolean(0, 0);
}

void PgRemoval::send(PgConnection& database, const RecordRange& records) {
    if (!is_there_) return;
    positions_.clear();
    ids_.clear();
    for (std::size_t i = 0; i < records.size(); ++i) {
        const Record& record = records.record(i);
        if (record.is_given_again()) continue;
        positions_.add(static_cast<std::int64_t>(record.position));
        // A safe id stands for one that the table cannot give as it is.
        if (record.id_unusable()) {
            ids_.add_null();
        } else {
            ids_.add(records.id(i));
        }
    }
    if (positions_.size() == 0) return;
    // The planner knows nothing of a table that grows and shrinks, and must not read all of it.
    database.send(
        "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
        " set_config('enable_mergejoin', 'off', true)");
    database.send(
        fmt::format(
            "DELETE FROM {} AS t USING unnest($1, $2) AS r(position, id) WHERE t.position = r.position"
            " AND CASE WHEN r.id IS NOT NULL THEN t.id::text COLLATE \"C\" = r.id ELSE"
            " t.taken_until IS NOT NULL AND coalesce(octet_length(t.id::text), 0) NOT BETWEEN 1 AND {}"
            " END",
            table_->sql(), kMaxIdBytes),
        PgParameters().add(positions_).add(ids_));
}

PgError PgRemoval::error_of(const PgError& error) const {
    if (!is_there_ || error.kind() != PgError::Kind::Schema) return error;
    return {PgError::Kind::Other,
            fmt::format("the rows of the table {} cannot be removed: {}", table_->text(), error.what()),
            error.state()};
}

}  // namespace pipeline
