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
INSERT INTO "generations" VALUES(5567521734333688706,'sequence',35,35,1795715050253650,1795715061670104);
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
INSERT INTO "invoices" VALUES('1','sequence',1,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506687,1795715050253650);
INSERT INTO "invoices" VALUES('2','sequence',2,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795715049506687,1795715050253650);
INSERT INTO "invoices" VALUES('3','sequence',3,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506687,1795715050253650);
INSERT INTO "invoices" VALUES('4','sequence',4,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506687,1795715050253650);
INSERT INTO "invoices" VALUES('5','sequence',5,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795715049506687,1795715050253650);
INSERT INTO "invoices" VALUES('6','sequence',6,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506687,1795715050253650);
INSERT INTO "invoices" VALUES('7','sequence',7,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506687,1795715050253650);
INSERT INTO "invoices" VALUES('8','sequence',8,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795715049506678,1795715050710378);
INSERT INTO "invoices" VALUES('9','sequence',9,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506678,1795715050710378);
INSERT INTO "invoices" VALUES('10','sequence',10,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795715049506678,1795715050710378);
INSERT INTO "invoices" VALUES('11','sequence',11,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506678,1795715050710378);
INSERT INTO "invoices" VALUES('12','sequence',12,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506678,1795715050710378);
INSERT INTO "invoices" VALUES('13','sequence',13,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795715049506678,1795715050710378);
INSERT INTO "invoices" VALUES('14','sequence',14,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506679,1795715051149843);
INSERT INTO "invoices" VALUES('15','sequence',15,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506679,1795715051149843);
INSERT INTO "invoices" VALUES('16','sequence',16,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506705,1795715051149843);
INSERT INTO "invoices" VALUES('17','sequence',17,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506705,1795715051149843);
INSERT INTO "invoices" VALUES('19','sequence',19,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506705,1795715051149843);
INSERT INTO "invoices" VALUES('20','sequence',20,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506690,1795715051613632);
INSERT INTO "invoices" VALUES('18','sequence',18,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,1,1795715049506690,1795715051613632);
INSERT INTO "invoices" VALUES('21','sequence',21,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506690,1795715051613632);
INSERT INTO "invoices" VALUES('22','sequence',22,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506690,1795715051613632);
INSERT INTO "invoices" VALUES('23','sequence',23,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795715049506690,1795715051613632);
INSERT INTO "invoices" VALUES('24','sequence',24,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506690,1795715051613632);
INSERT INTO "invoices" VALUES('25','sequence',25,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1795715049506691,1795715052074131);
INSERT INTO "invoices" VALUES('28','sequence',28,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506691,1795715052074131);
INSERT INTO "invoices" VALUES('29','sequence',29,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506691,1795715052074131);
INSERT INTO "invoices" VALUES('30','sequence',30,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715049506691,1795715052753734);
INSERT INTO "invoices" VALUES('31','sequence',31,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715050805242,1795715052753734);
INSERT INTO "invoices" VALUES('32','sequence',32,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715050805242,1795715052753734);
INSERT INTO "invoices" VALUES('33','sequence',33,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715050805242,1795715053441499);
INSERT INTO "invoices" VALUES('34','sequence',34,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715050805242,1795715053441499);
INSERT INTO "invoices" VALUES('35','sequence',35,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715050805242,1795715053441499);
INSERT INTO "invoices" VALUES('36','sequence',36,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715050805242,1795715061670104);
INSERT INTO "invoices" VALUES('37','sequence',37,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795715050805242,1795715061670104);
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES(2);
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "sources" VALUES('sequence',26,35,1795715061670104);
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
