// SPDX-License-Identifier: Apache-2.0
// The SQL texts of schema version 4. It gives invoices, history and duplicates the columns of everything that
// can be known of an outcome, and adds the tables history, bodies and commits and the indices of rows that
// are not booked. docs/ledger.md says what each column means, and which of them nothing fills yet.
//
// The texts never change, like those in ledger_versions.cpp.
#pragma once

#include <string_view>

namespace pipeline {

// The columns of invoices and history after the id. Those from `round` on are new. A row of an earlier
// version does not hold them: SQLite reads the default there, and NULL where there is no default.
inline constexpr std::string_view kColumns4 = R"sql(,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    status TEXT NOT NULL
        CHECK(status = 'booked' OR status = 'rejected' OR status = 'failed' OR status = 'waiting'),
    supplier TEXT,
    currency TEXT,
    net INTEGER,
    tax INTEGER,
    gross INTEGER,
    due INTEGER,
    reason TEXT,
    attempts INTEGER NOT NULL,
    consumer INTEGER NOT NULL,
    acquired_at INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    round INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    leased_until INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    first_failed_at INTEGER,
    kind TEXT,
    number TEXT,
    issued_on TEXT,
    due_on TEXT,
    supplier_id TEXT,
    buyer TEXT,
    file_digest TEXT,
    repeats TEXT,
    result TEXT,
    output TEXT,
    exit_status INTEGER,
    started_at INTEGER,
    worked_us INTEGER,
    generation INTEGER,
    record INTEGER,
    digest BLOB
) STRICT)sql";

// bodies: keyed by the id and not by the rowid, because VACUUM may give the rows of invoices other rowids.
//
// invoices_not_booked: SQLite uses a partial index if the query's condition implies the index's. It finds
// that `status = 'failed'` implies one of three alternatives, but not that it implies `status <> 'booked'`.
//
// invoices_due: any comparison of due_at implies that it is not NULL.
//
// The new columns of the views come last, so that a script that counts columns still finds the old ones.
inline constexpr std::string_view kTables4 = R"sql(
CREATE INDEX history_id ON history(id);
CREATE TABLE bodies(id TEXT PRIMARY KEY NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE commits(
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    first INTEGER,
    recorded INTEGER,
    changed INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    digest BLOB NOT NULL,
    heads BLOB,
    head BLOB NOT NULL,
    PRIMARY KEY(generation, number)
) STRICT;
CREATE INDEX invoices_not_booked ON invoices(status, stored_at)
    WHERE status = 'rejected' OR status = 'failed' OR status = 'waiting';
CREATE INDEX invoices_due ON invoices(source, due_at) WHERE due_at NOT NULL;
ALTER TABLE duplicates ADD COLUMN generation INTEGER;
ALTER TABLE duplicates ADD COLUMN record INTEGER;
ALTER TABLE duplicates ADD COLUMN digest BLOB;
ALTER TABLE generations ADD COLUMN host TEXT;
DROP VIEW readable_generations;
CREATE VIEW readable_generations AS SELECT
    printf('%016x', generation) AS generation, source, recorded, added, recorded - added AS given_again,
    strftime('%Y-%m-%d %H:%M:%f', began_at / 1000000.0, 'unixepoch') AS began_at,
    strftime('%Y-%m-%d %H:%M:%f', updated_at / 1000000.0, 'unixepoch') AS updated_at,
    host
FROM generations;
DROP VIEW readable_invoices;
)sql";

inline constexpr std::string_view kNotBooked4 = R"sql(
CREATE VIEW not_booked AS SELECT * FROM readable_invoices
WHERE status = 'rejected' OR status = 'failed' OR status = 'waiting';
)sql";

// The columns that version 4 appends to the readable view of invoices.
inline constexpr std::string_view kReadableColumns4 = R"sql(,
    kind, number, issued_on, due_on, supplier_id, buyer, file_digest, repeats, result, output, exit_status,
    strftime('%Y-%m-%d %H:%M:%f', started_at / 1000000.0, 'unixepoch') AS started_at,
    CASE WHEN worked_us NOT NULL THEN printf('%.6f', worked_us / 1000000.0) END AS worked_seconds,
    round, failures,
    strftime('%Y-%m-%d %H:%M:%f', first_failed_at / 1000000.0, 'unixepoch') AS first_failed_at,
    strftime('%Y-%m-%d %H:%M:%f', due_at / 1000000.0, 'unixepoch') AS due_at,
    strftime('%Y-%m-%d %H:%M:%f', leased_until / 1000000.0, 'unixepoch') AS leased_until,
    CASE WHEN generation NOT NULL THEN printf('%016x', generation) END AS generation, record)sql";

}  // namespace pipeline
