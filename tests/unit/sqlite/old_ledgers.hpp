// SPDX-License-Identifier: Apache-2.0
// Ledgers as older versions of the program have made them, with rows.
#pragma once

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

}  // namespace pipeline::test
