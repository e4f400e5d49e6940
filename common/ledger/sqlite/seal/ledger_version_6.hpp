// SPDX-License-Identifier: Apache-2.0
// The SQL text of schema version 6: the chains of commits, and what is left of rows that were pruned. It
// never changes, like those in ledger_versions.cpp.
#pragma once

#include <string_view>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// commits: no earlier version has written a row into it.
//
// generations.taken: the number of the chain's link whose head another chain has taken in.
//
// pruned: an id may have several rows: its last outcome, those before it, and duplicates.
//
// The indices on (generation, record) find the rows of one commit that are no longer in invoices.
inline constexpr std::string_view kVersion6 = R"sql(
DROP TABLE commits;
CREATE TABLE commits(
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK(kind = 'results' OR kind = 'decided' OR kind = 'pruned' OR kind = 'before'),
    first INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    digest BLOB NOT NULL,
    heads BLOB,
    head BLOB NOT NULL,
    PRIMARY KEY(generation, number)
) STRICT, WITHOUT ROWID;
ALTER TABLE generations ADD COLUMN taken INTEGER;
CREATE TABLE pruned(
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    status TEXT NOT NULL,
    generation INTEGER,
    record INTEGER,
    digest BLOB NOT NULL,
    pruned_in INTEGER NOT NULL
) STRICT;
CREATE INDEX pruned_id ON pruned(id);
CREATE INDEX pruned_record ON pruned(generation, record);
CREATE INDEX history_record ON history(generation, record);
CREATE INDEX duplicates_record ON duplicates(generation, record);
CREATE VIEW readable_commits AS SELECT
    printf('%016x', generation) AS generation, number, kind, first, recorded, changed,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS stored_at,
    lower(hex(digest)) AS digest, lower(hex(head)) AS head
FROM commits;
)sql";

// Seals the rows that earlier versions have written, by one link in the chain of people's decisions, within
// the caller's transaction. Adds no link to a ledger without rows.
void seal_rows_of_before(SqliteConnection& database);

}  // namespace pipeline
