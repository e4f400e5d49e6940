// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/id_slices.hpp"

#include <span>

#include "common/memory/cache_memory.hpp"

namespace pipeline {
namespace {

void store_filter(SqliteConnection& database, std::int64_t slice) {
    IdFilterColumn column;
    SqliteStatement ids(database, "SELECT id FROM invoices WHERE serial >> 15 = ?1");
    ids.bind(1, slice);
    while (ids.next_row()) {
        const std::string_view id = ids.text(0);
        if (id.empty()) throw SqliteError(SqliteError::Kind::NoMemory, "out of memory");  // no id is empty
        column.add(id);
    }
    const Digest digest = Sha256().add(std::as_bytes(column.bytes())).finish();
    SqliteStatement store(database, "INSERT INTO id_filters(slice, digest, filter) VALUES(?1, ?2, ?3)");
    store.bind(1, slice);
    store.bind_bytes(2, digest);
    store.bind_bytes(3, column.bytes());
    store.run();
}

}  // namespace

bool has_id_slices(SqliteConnection& database) {
    return database.query_text("SELECT count(*) FROM pragma_table_info('id_filters')") != "0";
}

void store_id_filters(SqliteConnection& database) {
    IdSlices slices(database);
    slices.begin();
    slices.end();
}

bool remove_unused_id_filters(SqliteConnection& database) {
    database.execute(
        "DELETE FROM id_filters WHERE slice IN (SELECT slice FROM id_filters"
        " WHERE slice < (SELECT max(slice) FROM id_filters) AND NOT EXISTS (SELECT 1 FROM invoices"
        " WHERE serial >= slice << 15 AND serial < (slice + 1) << 15) LIMIT 32)");
    return database.changes() != 0;
}

IdSlices::IdSlices(SqliteConnection& database, Filters filters)
    : database_(&database),
      find_highest_(database, "SELECT max(serial) FROM invoices"),
      find_last_(database,
                 "SELECT slice, (SELECT count(*) FROM id_filters), digest FROM id_filters"
                 " ORDER BY slice DESC LIMIT 1"),
      find_row_(database, "SELECT min(serial) FROM invoices WHERE serial >= ?1 AND serial < ?2"),
      find_(database, "SELECT serial FROM invoices WHERE serial >> 15 = ?1 AND id = ?2"),
      filters_(database, SharedFilters(filters == Filters::Shared ? cache_memory() : -1)) {}

void IdSlices::begin() {
    static_cast<void>(find_highest_.first_row());  // it has one row
    next_ = find_highest_.is_null(0) ? 1 : find_highest_.integer(0) + 1;
    find_highest_.finish();
    last_ = {};
    if (find_last_.first_row()) {
        last_ = {find_last_.integer(0), find_last_.integer(1), find_last_.digest(2)};
        find_last_.finish();
    }
    // Rows of finished slices may have been pruned. Their numbers are not given again.
    const std::int64_t least = (last_.slice + 1) * kSliceRows;
    is_automatic_ = next_ >= least;
    if (!is_automatic_) next_ = least;
    find_unfinished();
}

// Finds none, unless somebody has removed filters or has given rows other numbers.
void IdSlices::find_unfinished() {
    unfinished_.clear();
    for (std::int64_t slice = last_.slice + 1; slice < newest(); ++slice) {
        find_row_.bind(1, slice * kSliceRows);
        find_row_.bind(2, newest() * kSliceRows);
        const bool has_row = find_row_.first_row() && !find_row_.is_null(0);
        if (has_row) slice = find_row_.integer(0) >> kSliceShift;
        find_row_.finish();
        if (!has_row) return;
        unfinished_.push_back(slice);
    }
}

void IdSlices::make_room(std::int64_t rows) {
    if (next_ % kSliceRows + rows <= kSliceRows) return;
    unfinished_.push_back(newest());
    next_ = (newest() + 1) * kSliceRows;
    is_automatic_ = false;
}

void IdSlices::end() {
    for (const std::int64_t slice : unfinished_) store_filter(*database_, slice);
    unfinished_.clear();
}

std::optional<std::int64_t> IdSlices::find_in(std::int64_t slice, std::string_view stored_id) {
    find_.bind(1, slice);
    find_.bind(2, stored_id);
    std::optional<std::int64_t> found;
    if (find_.first_row()) found = find_.integer(0);
    find_.finish();
    return found;
}

std::optional<std::int64_t> IdSlices::find_before(std::int64_t slice, std::string_view stored_id) {
    std::optional<std::int64_t> found;
    if (newest() < slice && (found = find_in(newest(), stored_id))) return found;
    for (auto at = unfinished_.rbegin(); at != unfinished_.rend(); ++at) {
        if (*at < slice && (found = find_in(*at, stored_id))) return found;
    }
    load();
    filters_.any_that_may_have(stored_id, [&](std::int64_t may_have) {
        if (may_have < slice) found = find_in(may_have, stored_id);
        return found.has_value();
    });
    return found;
}

bool IdSlices::is_looked_for(std::int64_t slice, std::string_view stored_id) {
    if (slice > last_.slice) return true;
    load();
    return filters_.any_that_may_have(stored_id, [&](std::int64_t may_have) { return may_have == slice; });
}

}  // namespace pipeline
