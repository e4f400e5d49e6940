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
INSERT INTO "generations" VALUES(292256711067227246,'spool:/tmp/tmp8qn4frlb/spool',51,51,1795714953719543,1795714963313239);
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
INSERT INTO "invoices" VALUES('1.xml','spool:/tmp/tmp8qn4frlb/spool',11066589,'booked','Bäckerei 1','EUR',10000,1900,11900,11900,NULL,1,0,1795714953612965,1795714953719543);
INSERT INTO "invoices" VALUES('2.xml','spool:/tmp/tmp8qn4frlb/spool',11066587,'booked','Bäckerei 2','EUR',10000,1900,11900,11900,NULL,1,0,1795714953697719,1795714953719543);
INSERT INTO "invoices" VALUES('3.xml','spool:/tmp/tmp8qn4frlb/spool',11066586,'booked','Bäckerei 3','EUR',10000,1900,11900,11900,NULL,1,1,1795714953738334,1795714953798460);
INSERT INTO "invoices" VALUES('4.xml','spool:/tmp/tmp8qn4frlb/spool',11066585,'booked','Bäckerei 4','EUR',10000,1900,11900,11900,NULL,1,1,1795714953787872,1795714953798460);
INSERT INTO "invoices" VALUES('5.xml','spool:/tmp/tmp8qn4frlb/spool',11066584,'rejected','Bäckerei 5','EUR',10000,1900,11800,11800,'BR-CO-15',1,1,1795714953845478,1795714953865856);
INSERT INTO "invoices" VALUES('6.xml','spool:/tmp/tmp8qn4frlb/spool',11066583,'booked','Bäckerei 6','EUR',10000,1900,11900,11900,NULL,1,0,1795714953889762,1795714953950384);
INSERT INTO "invoices" VALUES('7.xml','spool:/tmp/tmp8qn4frlb/spool',11066582,'booked','Bäckerei 7','EUR',10000,1900,11900,11900,NULL,1,0,1795714953937864,1795714953974163);
INSERT INTO "invoices" VALUES('8.xml','spool:/tmp/tmp8qn4frlb/spool',11066581,'booked','Bäckerei 8','EUR',10000,1900,11900,11900,NULL,1,0,1795714953997490,1795714954025593);
INSERT INTO "invoices" VALUES('9.xml','spool:/tmp/tmp8qn4frlb/spool',11066580,'booked','Bäckerei 9','EUR',10000,1900,11900,11900,NULL,1,0,1795714954038168,1795714954061872);
INSERT INTO "invoices" VALUES('10.xml','spool:/tmp/tmp8qn4frlb/spool',11066533,'rejected','Bäckerei 10','EUR',10000,1900,11800,11800,'BR-CO-15',1,1,1795714954101547,1795714954122081);
INSERT INTO "invoices" VALUES('11.xml','spool:/tmp/tmp8qn4frlb/spool',11066532,'booked','Bäckerei 11','EUR',10000,1900,11900,11900,NULL,1,0,1795714954145749,1795714954166140);
INSERT INTO "invoices" VALUES('12.xml','spool:/tmp/tmp8qn4frlb/spool',11066531,'booked','Bäckerei 12','EUR',10000,1900,11900,11900,NULL,1,0,1795714954191717,1795714954212084);
INSERT INTO "invoices" VALUES('13.xml','spool:/tmp/tmp8qn4frlb/spool',11066530,'booked','Bäckerei 13','EUR',10000,1900,11900,11900,NULL,1,1,1795714954245487,1795714954269545);
INSERT INTO "invoices" VALUES('14.xml','spool:/tmp/tmp8qn4frlb/spool',11066529,'booked','Bäckerei 14','EUR',10000,1900,11900,11900,NULL,1,0,1795714954293474,1795714954317492);
INSERT INTO "invoices" VALUES('15.xml','spool:/tmp/tmp8qn4frlb/spool',11066528,'rejected','Bäckerei 15','EUR',10000,1900,11800,11800,'BR-CO-15',1,1,1795714954341716,1795714954364371);
INSERT INTO "invoices" VALUES('16.xml','spool:/tmp/tmp8qn4frlb/spool',11066527,'booked','Bäckerei 16','EUR',10000,1900,11900,11900,NULL,1,0,1795714954397612,1795714954426234);
INSERT INTO "invoices" VALUES('17.xml','spool:/tmp/tmp8qn4frlb/spool',11066526,'booked','Bäckerei 17','EUR',10000,1900,11900,11900,NULL,1,1,1795714954441786,1795714954462119);
INSERT INTO "invoices" VALUES('18.xml','spool:/tmp/tmp8qn4frlb/spool',11066525,'booked','Bäckerei 18','EUR',10000,1900,11900,11900,NULL,1,0,1795714954494084,1795714954514438);
INSERT INTO "invoices" VALUES('19.xml','spool:/tmp/tmp8qn4frlb/spool',11066523,'booked','Bäckerei 19','EUR',10000,1900,11900,11900,NULL,1,1,1795714954553489,1795714954581493);
INSERT INTO "invoices" VALUES('20.xml','spool:/tmp/tmp8qn4frlb/spool',11066522,'rejected','Bäckerei 20','EUR',10000,1900,11800,11800,'BR-CO-15',1,0,1795714954601554,1795714954637764);
INSERT INTO "invoices" VALUES('21.xml','spool:/tmp/tmp8qn4frlb/spool',11066521,'booked','Bäckerei 21','EUR',10000,1900,11900,11900,NULL,1,1,1795714954644564,1795714954683686);
INSERT INTO "invoices" VALUES('22.xml','spool:/tmp/tmp8qn4frlb/spool',11066487,'booked','Bäckerei 22','EUR',10000,1900,11900,11900,NULL,1,0,1795714954693807,1795714954714198);
INSERT INTO "invoices" VALUES('23.xml','spool:/tmp/tmp8qn4frlb/spool',11066486,'booked','Bäckerei 23','EUR',10000,1900,11900,11900,NULL,1,0,1795714954757537,1795714954805509);
INSERT INTO "invoices" VALUES('24.xml','spool:/tmp/tmp8qn4frlb/spool',11066485,'booked','Bäckerei 24','EUR',10000,1900,11900,11900,NULL,1,1,1795714954805973,1795714954833522);
INSERT INTO "invoices" VALUES('25.xml','spool:/tmp/tmp8qn4frlb/spool',11066484,'rejected','Bäckerei 25','EUR',10000,1900,11800,11800,'BR-CO-15',1,1,1795714954857493,1795714954881509);
INSERT INTO "invoices" VALUES('26.xml','spool:/tmp/tmp8qn4frlb/spool',11066483,'booked','Bäckerei 26','EUR',10000,1900,11900,11900,NULL,1,0,1795714954901532,1795714954921857);
INSERT INTO "invoices" VALUES('27.xml','spool:/tmp/tmp8qn4frlb/spool',11066482,'booked','Bäckerei 27','EUR',10000,1900,11900,11900,NULL,1,0,1795714954949520,1795714954969861);
INSERT INTO "invoices" VALUES('28.xml','spool:/tmp/tmp8qn4frlb/spool',11066481,'booked','Bäckerei 28','EUR',10000,1900,11900,11900,NULL,1,0,1795714955005517,1795714955041668);
INSERT INTO "invoices" VALUES('29.xml','spool:/tmp/tmp8qn4frlb/spool',11066480,'booked','Bäckerei 29','EUR',10000,1900,11900,11900,NULL,1,1,1795714955053506,1795714955077552);
INSERT INTO "invoices" VALUES('30.xml','spool:/tmp/tmp8qn4frlb/spool',11066479,'rejected','Bäckerei 30','EUR',10000,1900,11800,11800,'BR-CO-15',1,0,1795714955109534,1795714955157647);
INSERT INTO "invoices" VALUES('31.xml','spool:/tmp/tmp8qn4frlb/spool',11066478,'booked','Bäckerei 31','EUR',10000,1900,11900,11900,NULL,1,0,1795714955149767,1795714955157647);
INSERT INTO "invoices" VALUES('32.xml','spool:/tmp/tmp8qn4frlb/spool',11066477,'booked','Bäckerei 32','EUR',10000,1900,11900,11900,NULL,1,1,1795714955201499,1795714955234173);
INSERT INTO "invoices" VALUES('33.xml','spool:/tmp/tmp8qn4frlb/spool',11066476,'booked','Bäckerei 33','EUR',10000,1900,11900,11900,NULL,1,0,1795714955261224,1795714955288805);
INSERT INTO "invoices" VALUES('34.xml','spool:/tmp/tmp8qn4frlb/spool',11066410,'booked','Bäckerei 34','EUR',10000,1900,11900,11900,NULL,1,1,1795714955305530,1795714955329621);
INSERT INTO "invoices" VALUES('35.xml','spool:/tmp/tmp8qn4frlb/spool',11066409,'rejected','Bäckerei 35','EUR',10000,1900,11800,11800,'BR-CO-15',1,1,1795714955353491,1795714955389550);
INSERT INTO "invoices" VALUES('36.xml','spool:/tmp/tmp8qn4frlb/spool',11066407,'booked','Bäckerei 36','EUR',10000,1900,11900,11900,NULL,1,0,1795714955437592,1795714955469526);
INSERT INTO "invoices" VALUES('37.xml','spool:/tmp/tmp8qn4frlb/spool',11066390,'booked','Bäckerei 37','EUR',10000,1900,11900,11900,NULL,1,1,1795714955485543,1795714955512853);
INSERT INTO "invoices" VALUES('38.xml','spool:/tmp/tmp8qn4frlb/spool',11066389,'booked','Bäckerei 38','EUR',10000,1900,11900,11900,NULL,1,1,1795714955527753,1795714955557489);
INSERT INTO "invoices" VALUES('39.xml','spool:/tmp/tmp8qn4frlb/spool',11066388,'booked','Bäckerei 39','EUR',10000,1900,11900,11900,NULL,1,1,1795714955579219,1795714955627884);
INSERT INTO "invoices" VALUES('40.xml','spool:/tmp/tmp8qn4frlb/spool',11066386,'rejected','Bäckerei 40','EUR',10000,1900,11800,11800,'BR-CO-15',1,1,1795714955721619,1795714955777875);
INSERT INTO "invoices" VALUES('41.xml','spool:/tmp/tmp8qn4frlb/spool',11066385,'booked','Bäckerei 41','EUR',10000,1900,11900,11900,NULL,1,0,1795714955777556,1795714955777875);
INSERT INTO "invoices" VALUES('42.xml','spool:/tmp/tmp8qn4frlb/spool',11066384,'booked','Bäckerei 42','EUR',10000,1900,11900,11900,NULL,1,1,1795714955817594,1795714955913617);
INSERT INTO "invoices" VALUES('43.xml','spool:/tmp/tmp8qn4frlb/spool',11066383,'booked','Bäckerei 43','EUR',10000,1900,11900,11900,NULL,1,1,1795714955877270,1795714955913617);
INSERT INTO "invoices" VALUES('44.xml','spool:/tmp/tmp8qn4frlb/spool',11066381,'booked','Bäckerei 44','EUR',10000,1900,11900,11900,NULL,1,0,1795714955917765,1795714955941503);
INSERT INTO "invoices" VALUES('45.xml','spool:/tmp/tmp8qn4frlb/spool',11066380,'rejected','Bäckerei 45','EUR',10000,1900,11800,11800,'BR-CO-15',1,0,1795714955967703,1795714955989547);
INSERT INTO "invoices" VALUES('46.xml','spool:/tmp/tmp8qn4frlb/spool',11066379,'booked','Bäckerei 46','EUR',10000,1900,11900,11900,NULL,1,1,1795714956017689,1795714956045495);
INSERT INTO "invoices" VALUES('58.xml','spool:/tmp/tmp8qn4frlb/spool',11066318,'booked','Bäckerei 58','EUR',10000,1900,11900,11900,NULL,1,1,1795714956629513,1795714963313239);
INSERT INTO "invoices" VALUES('59.xml','spool:/tmp/tmp8qn4frlb/spool',11066317,'booked','Bäckerei 59','EUR',10000,1900,11900,11900,NULL,1,1,1795714956673501,1795714963313239);
INSERT INTO "invoices" VALUES('60.xml','spool:/tmp/tmp8qn4frlb/spool',11066316,'rejected','Bäckerei 60','EUR',10000,1900,11800,11800,'BR-CO-15',1,1,1795714956721525,1795714963313239);
INSERT INTO "invoices" VALUES('61.xml','spool:/tmp/tmp8qn4frlb/spool',11066276,'booked','Bäckerei 61','EUR',10000,1900,11900,11900,NULL,1,1,1795714956777489,1795714963313239);
INSERT INTO "invoices" VALUES('62.xml','spool:/tmp/tmp8qn4frlb/spool',11066244,'booked','Bäckerei 62','EUR',10000,1900,11900,11900,NULL,1,1,1795714956825516,1795714963313239);
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES(2);
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "sources" VALUES('spool:/tmp/tmp8qn4frlb/spool',NULL,51,1795714963313239);
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
