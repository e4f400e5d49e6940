// SPDX-License-Identifier: Apache-2.0
// Ledgers as older versions of the program have made them, with rows.
#pragma once

#include <string>

namespace pipeline::test {

inline constexpr const char* kVersion1 = R"sql(
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE invoices(
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    status TEXT NOT NULL CHECK(status = 'booked' OR status = 'rejected' OR status = 'failed'),
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
    stored_at INTEGER NOT NULL
) STRICT;
CREATE TABLE duplicates(
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY(source, position)
) STRICT;
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO schema_version(version) VALUES(1);
INSERT INTO invoices VALUES('1','sequence',1,'booked','A','EUR',100,19,119,119,NULL,1,0,1000000,2000000);
INSERT INTO invoices VALUES('2','sequence',2,'rejected',NULL,NULL,NULL,NULL,NULL,NULL,'BR-CO-10',1,0,1000000,2000000);
INSERT INTO duplicates VALUES('sequence',3,'2',2000000);
INSERT INTO sources VALUES('sequence',4,3,2000000);
COMMIT;
)sql";

// What version 2 had more, in a ledger of version 1 whose generation has given three results.
inline constexpr const char* kVersion2 = R"sql(
BEGIN;
CREATE TABLE generations(
    generation INTEGER PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    added INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE VIEW readable_invoices AS SELECT
    id, status, supplier, currency,
    CASE WHEN net NOT NULL THEN
        printf('%s%d.%02d', iif(net < 0, '-', ''), abs(net / 100), abs(net % 100)) END AS net,
    CASE WHEN tax NOT NULL THEN
        printf('%s%d.%02d', iif(tax < 0, '-', ''), abs(tax / 100), abs(tax % 100)) END AS tax,
    CASE WHEN gross NOT NULL THEN
        printf('%s%d.%02d', iif(gross < 0, '-', ''), abs(gross / 100), abs(gross % 100)) END AS gross,
    CASE WHEN due NOT NULL THEN
        printf('%s%d.%02d', iif(due < 0, '-', ''), abs(due / 100), abs(due % 100)) END AS due,
    reason, attempts, consumer, source, position,
    strftime('%Y-%m-%d %H:%M:%f', acquired_at / 1000000.0, 'unixepoch') AS acquired_at,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS stored_at,
    printf('%.6f', (stored_at - acquired_at) / 1000000.0) AS seconds
FROM invoices;
CREATE VIEW readable_duplicates AS SELECT
    duplicates.id AS id, duplicates.source AS source, duplicates.position AS position,
    strftime('%Y-%m-%d %H:%M:%f', seen_at / 1000000.0, 'unixepoch') AS seen_at,
    invoices.status AS first_status, invoices.source AS first_source, invoices.position AS first_position,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS first_stored_at
FROM duplicates LEFT JOIN invoices ON invoices.id = duplicates.id;
CREATE VIEW readable_sources AS SELECT
    source, cursor, acquired,
    strftime('%Y-%m-%d %H:%M:%f', updated_at / 1000000.0, 'unixepoch') AS updated_at
FROM sources;
CREATE VIEW readable_generations AS SELECT
    printf('%016x', generation) AS generation, source, recorded, added, recorded - added AS given_again,
    strftime('%Y-%m-%d %H:%M:%f', began_at / 1000000.0, 'unixepoch') AS began_at,
    strftime('%Y-%m-%d %H:%M:%f', updated_at / 1000000.0, 'unixepoch') AS updated_at
FROM generations;
UPDATE schema_version SET version = 2;
INSERT INTO generations VALUES(77,'sequence',3,3,1000000,2000000);
COMMIT;
)sql";

// Version 3 as its program has made it of that ledger, with two commits of another generation, and an index
// and a view of the user's.
inline constexpr const char* kVersion3 = R"sql(
BEGIN;
CREATE TABLE schema(version INTEGER NOT NULL, ledger TEXT NOT NULL) STRICT;
INSERT INTO schema(version, ledger) VALUES(3, '00000000000000a7');
DROP TABLE schema_version;
CREATE VIEW schema_version AS SELECT version FROM schema;
ALTER TABLE generations ADD COLUMN last_first INTEGER;
ALTER TABLE generations ADD COLUMN last_digest TEXT;
ALTER TABLE sources ADD COLUMN digest TEXT;
ALTER TABLE sources ADD COLUMN file TEXT;
DROP VIEW readable_duplicates;
ALTER TABLE duplicates RENAME TO old_duplicates;
CREATE TABLE duplicates(
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY(source, position, id)
) STRICT;
INSERT INTO duplicates SELECT source, position, id, seen_at FROM old_duplicates ORDER BY rowid;
DROP TABLE old_duplicates;
CREATE VIEW readable_duplicates AS SELECT
    duplicates.id AS id, duplicates.source AS source, duplicates.position AS position,
    strftime('%Y-%m-%d %H:%M:%f', seen_at / 1000000.0, 'unixepoch') AS seen_at,
    invoices.status AS first_status, invoices.source AS first_source, invoices.position AS first_position,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS first_stored_at
FROM duplicates LEFT JOIN invoices ON invoices.id = duplicates.id;
INSERT INTO generations VALUES(78,'sequence',1,1,3000000,3000000,0,'ab');
INSERT INTO invoices VALUES('4','sequence',4,'failed',NULL,NULL,NULL,NULL,NULL,NULL,'killed by signal 11 (SIGSEGV)',3,1,1000000,3000000);
UPDATE sources SET cursor = 5, acquired = 4, digest = NULL;
CREATE INDEX by_supplier ON invoices(supplier);
CREATE VIEW failures_of_mine AS SELECT id FROM readable_invoices WHERE status = 'failed';
COMMIT;
)sql";

// Returns the SQL that makes a ledger of `version` with its rows.
inline std::string old_ledger(int version) {
    return std::string(kVersion1) + (version > 1 ? kVersion2 : "") + (version > 2 ? kVersion3 : "");
}

}  // namespace pipeline::test
