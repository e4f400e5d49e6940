PRAGMA journal_mode = WAL;
PRAGMA application_id = 0;
PRAGMA user_version = 0;
BEGIN TRANSACTION;
CREATE TABLE duplicates(
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY(source, position)
) STRICT;
CREATE TABLE generations(
    generation INTEGER PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    added INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "generations" VALUES(-1789145220469434475,'spool:/tmp/tmpkterk3no/spool',18,18,1795717096141051,1795717097131213);
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
INSERT INTO "invoices" VALUES('2','spool:/tmp/tmpkterk3no/spool',11084004,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547618,1795717096141051);
INSERT INTO "invoices" VALUES('1','spool:/tmp/tmpkterk3no/spool',11084003,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547618,1795717096141051);
INSERT INTO "invoices" VALUES('4','spool:/tmp/tmpkterk3no/spool',11084006,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547618,1795717096141051);
INSERT INTO "invoices" VALUES('3','spool:/tmp/tmpkterk3no/spool',11084005,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547618,1795717096141051);
INSERT INTO "invoices" VALUES('5','spool:/tmp/tmpkterk3no/spool',11084007,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547618,1795717096141051);
INSERT INTO "invoices" VALUES('6','spool:/tmp/tmpkterk3no/spool',11084008,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547618,1795717096141051);
INSERT INTO "invoices" VALUES('7','spool:/tmp/tmpkterk3no/spool',11084009,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547525,1795717096677598);
INSERT INTO "invoices" VALUES('8','spool:/tmp/tmpkterk3no/spool',11084010,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547525,1795717096677598);
INSERT INTO "invoices" VALUES('10','spool:/tmp/tmpkterk3no/spool',11084012,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547525,1795717096677598);
INSERT INTO "invoices" VALUES('9','spool:/tmp/tmpkterk3no/spool',11084011,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547525,1795717096677598);
INSERT INTO "invoices" VALUES('12','spool:/tmp/tmpkterk3no/spool',11084014,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547525,1795717096677598);
INSERT INTO "invoices" VALUES('11','spool:/tmp/tmpkterk3no/spool',11084013,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547525,1795717096677598);
INSERT INTO "invoices" VALUES('13','spool:/tmp/tmpkterk3no/spool',11084015,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547622,1795717097131213);
INSERT INTO "invoices" VALUES('14','spool:/tmp/tmpkterk3no/spool',11084016,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547622,1795717097131213);
INSERT INTO "invoices" VALUES('16','spool:/tmp/tmpkterk3no/spool',11084018,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547695,1795717097131213);
INSERT INTO "invoices" VALUES('15','spool:/tmp/tmpkterk3no/spool',11084017,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547622,1795717097131213);
INSERT INTO "invoices" VALUES('17','spool:/tmp/tmpkterk3no/spool',11084019,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795717095547695,1795717097131213);
INSERT INTO "invoices" VALUES('18','spool:/tmp/tmpkterk3no/spool',11084020,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795717095547695,1795717097131213);
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES(2);
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "sources" VALUES('spool:/tmp/tmpkterk3no/spool',NULL,18,1795717097131213);
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
COMMIT;
