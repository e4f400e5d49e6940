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
INSERT INTO "generations" VALUES(7279894561429759341,'lines:/tmp/tmp27pxdtsu/list',22,22,1795714948401840,1795714948513073);
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
INSERT INTO "invoices" VALUES('line-1','lines:/tmp/tmp27pxdtsu/list',0,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948307397,1795714948401840);
INSERT INTO "invoices" VALUES('line-2','lines:/tmp/tmp27pxdtsu/list',7,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948335383,1795714948401840);
INSERT INTO "invoices" VALUES('line-3','lines:/tmp/tmp27pxdtsu/list',14,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948335383,1795714948401840);
INSERT INTO "invoices" VALUES('line-4','lines:/tmp/tmp27pxdtsu/list',21,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948335383,1795714948401840);
INSERT INTO "invoices" VALUES('line-5','lines:/tmp/tmp27pxdtsu/list',28,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948347749,1795714948401840);
INSERT INTO "invoices" VALUES('line-6','lines:/tmp/tmp27pxdtsu/list',35,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948347749,1795714948401840);
INSERT INTO "invoices" VALUES('line-7','lines:/tmp/tmp27pxdtsu/list',42,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948387125,1795714948401840);
INSERT INTO "invoices" VALUES('line-8','lines:/tmp/tmp27pxdtsu/list',49,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948387125,1795714948401840);
INSERT INTO "invoices" VALUES('line-9','lines:/tmp/tmp27pxdtsu/list',56,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948387125,1795714948401840);
INSERT INTO "invoices" VALUES('line-10','lines:/tmp/tmp27pxdtsu/list',63,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948409611,1795714948513073);
INSERT INTO "invoices" VALUES('line-11','lines:/tmp/tmp27pxdtsu/list',71,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948409611,1795714948513073);
INSERT INTO "invoices" VALUES('line-12','lines:/tmp/tmp27pxdtsu/list',79,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948409611,1795714948513073);
INSERT INTO "invoices" VALUES('line-13','lines:/tmp/tmp27pxdtsu/list',87,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948433478,1795714948513073);
INSERT INTO "invoices" VALUES('line-14','lines:/tmp/tmp27pxdtsu/list',95,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948433478,1795714948513073);
INSERT INTO "invoices" VALUES('line-15','lines:/tmp/tmp27pxdtsu/list',103,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948433478,1795714948513073);
INSERT INTO "invoices" VALUES('line-16','lines:/tmp/tmp27pxdtsu/list',111,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948448101,1795714948513073);
INSERT INTO "invoices" VALUES('line-17','lines:/tmp/tmp27pxdtsu/list',119,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948448101,1795714948513073);
INSERT INTO "invoices" VALUES('line-18','lines:/tmp/tmp27pxdtsu/list',127,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948457922,1795714948513073);
INSERT INTO "invoices" VALUES('line-19','lines:/tmp/tmp27pxdtsu/list',135,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948457922,1795714948513073);
INSERT INTO "invoices" VALUES('line-20','lines:/tmp/tmp27pxdtsu/list',143,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948477511,1795714948513073);
INSERT INTO "invoices" VALUES('line-21','lines:/tmp/tmp27pxdtsu/list',151,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948477511,1795714948513073);
INSERT INTO "invoices" VALUES('line-22','lines:/tmp/tmp27pxdtsu/list',159,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714948477511,1795714948513073);
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES(2);
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "sources" VALUES('lines:/tmp/tmp27pxdtsu/list',167,22,1795714948513073);
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
