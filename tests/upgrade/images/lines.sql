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
INSERT INTO "generations" VALUES(3371053844277424010,'lines:/tmp/tmpub4tywra/list',119,119,1795714933406302,1795714945173487);
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
INSERT INTO "invoices" VALUES('line-1','lines:/tmp/tmpub4tywra/list',0,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882296,1795714933406302);
INSERT INTO "invoices" VALUES('line-2','lines:/tmp/tmpub4tywra/list',7,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882296,1795714933406302);
INSERT INTO "invoices" VALUES('line-3','lines:/tmp/tmpub4tywra/list',14,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882301,1795714933560326);
INSERT INTO "invoices" VALUES('line-4','lines:/tmp/tmpub4tywra/list',21,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882301,1795714933560326);
INSERT INTO "invoices" VALUES('line-5','lines:/tmp/tmpub4tywra/list',28,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882284,1795714933751822);
INSERT INTO "invoices" VALUES('line-6','lines:/tmp/tmpub4tywra/list',35,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882284,1795714933751822);
INSERT INTO "invoices" VALUES('line-7','lines:/tmp/tmpub4tywra/list',42,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882284,1795714933866483);
INSERT INTO "invoices" VALUES('line-8','lines:/tmp/tmpub4tywra/list',49,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882284,1795714933866483);
INSERT INTO "invoices" VALUES('line-9','lines:/tmp/tmpub4tywra/list',56,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882284,1795714933974008);
INSERT INTO "invoices" VALUES('line-10','lines:/tmp/tmpub4tywra/list',63,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882284,1795714933974008);
INSERT INTO "invoices" VALUES('line-11','lines:/tmp/tmpub4tywra/list',71,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882284,1795714934086280);
INSERT INTO "invoices" VALUES('line-12','lines:/tmp/tmpub4tywra/list',79,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882284,1795714934086280);
INSERT INTO "invoices" VALUES('line-13','lines:/tmp/tmpub4tywra/list',87,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882284,1795714934226253);
INSERT INTO "invoices" VALUES('line-14','lines:/tmp/tmpub4tywra/list',95,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882284,1795714934226253);
INSERT INTO "invoices" VALUES('line-15','lines:/tmp/tmpub4tywra/list',103,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882285,1795714934352588);
INSERT INTO "invoices" VALUES('line-16','lines:/tmp/tmpub4tywra/list',111,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882341,1795714934352588);
INSERT INTO "invoices" VALUES('line-17','lines:/tmp/tmpub4tywra/list',119,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882340,1795714934480854);
INSERT INTO "invoices" VALUES('line-18','lines:/tmp/tmpub4tywra/list',127,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882340,1795714934480854);
INSERT INTO "invoices" VALUES('line-19','lines:/tmp/tmpub4tywra/list',135,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882340,1795714934617760);
INSERT INTO "invoices" VALUES('line-20','lines:/tmp/tmpub4tywra/list',143,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882340,1795714934617760);
INSERT INTO "invoices" VALUES('line-21','lines:/tmp/tmpub4tywra/list',151,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882340,1795714934745898);
INSERT INTO "invoices" VALUES('line-23','lines:/tmp/tmpub4tywra/list',167,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882340,1795714934745898);
INSERT INTO "invoices" VALUES('line-22','lines:/tmp/tmpub4tywra/list',159,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882340,1795714935073552);
INSERT INTO "invoices" VALUES('line-24','lines:/tmp/tmpub4tywra/list',175,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882340,1795714935073552);
INSERT INTO "invoices" VALUES('line-26','lines:/tmp/tmpub4tywra/list',191,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882340,1795714935073552);
INSERT INTO "invoices" VALUES('line-25','lines:/tmp/tmpub4tywra/list',183,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882341,1795714935174262);
INSERT INTO "invoices" VALUES('line-27','lines:/tmp/tmpub4tywra/list',199,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882341,1795714935174262);
INSERT INTO "invoices" VALUES('line-28','lines:/tmp/tmpub4tywra/list',207,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882341,1795714935309832);
INSERT INTO "invoices" VALUES('line-29','lines:/tmp/tmpub4tywra/list',215,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714932882341,1795714935309832);
INSERT INTO "invoices" VALUES('line-30','lines:/tmp/tmpub4tywra/list',223,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714932882340,1795714935421701);
INSERT INTO "invoices" VALUES('line-31','lines:/tmp/tmpub4tywra/list',231,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714934122974,1795714935421701);
INSERT INTO "invoices" VALUES('line-32','lines:/tmp/tmpub4tywra/list',239,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122974,1795714935552690);
INSERT INTO "invoices" VALUES('line-33','lines:/tmp/tmpub4tywra/list',247,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714934122974,1795714935552690);
INSERT INTO "invoices" VALUES('line-34','lines:/tmp/tmpub4tywra/list',255,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122975,1795714935713789);
INSERT INTO "invoices" VALUES('line-35','lines:/tmp/tmpub4tywra/list',263,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122975,1795714935713789);
INSERT INTO "invoices" VALUES('line-36','lines:/tmp/tmpub4tywra/list',271,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714934122974,1795714935905668);
INSERT INTO "invoices" VALUES('line-37','lines:/tmp/tmpub4tywra/list',279,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714934122974,1795714935905668);
INSERT INTO "invoices" VALUES('line-38','lines:/tmp/tmpub4tywra/list',287,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122975,1795714936107128);
INSERT INTO "invoices" VALUES('line-39','lines:/tmp/tmpub4tywra/list',295,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122975,1795714936107128);
INSERT INTO "invoices" VALUES('line-40','lines:/tmp/tmpub4tywra/list',303,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714934122975,1795714936233187);
INSERT INTO "invoices" VALUES('line-41','lines:/tmp/tmpub4tywra/list',311,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122975,1795714936233187);
INSERT INTO "invoices" VALUES('line-42','lines:/tmp/tmpub4tywra/list',319,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714934122975,1795714936387210);
INSERT INTO "invoices" VALUES('line-44','lines:/tmp/tmpub4tywra/list',335,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714934122975,1795714936387210);
INSERT INTO "invoices" VALUES('line-43','lines:/tmp/tmpub4tywra/list',327,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122975,1795714936494258);
INSERT INTO "invoices" VALUES('line-45','lines:/tmp/tmpub4tywra/list',343,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714934122975,1795714936494258);
INSERT INTO "invoices" VALUES('line-46','lines:/tmp/tmpub4tywra/list',351,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714936629817);
INSERT INTO "invoices" VALUES('line-47','lines:/tmp/tmpub4tywra/list',359,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714935357821,1795714936629817);
INSERT INTO "invoices" VALUES('line-48','lines:/tmp/tmpub4tywra/list',367,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714936769976);
INSERT INTO "invoices" VALUES('line-49','lines:/tmp/tmpub4tywra/list',375,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714935357821,1795714936769976);
INSERT INTO "invoices" VALUES('line-50','lines:/tmp/tmpub4tywra/list',383,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714936905726);
INSERT INTO "invoices" VALUES('line-51','lines:/tmp/tmpub4tywra/list',391,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714936905726);
INSERT INTO "invoices" VALUES('line-52','lines:/tmp/tmpub4tywra/list',399,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714935357821,1795714937018607);
INSERT INTO "invoices" VALUES('line-54','lines:/tmp/tmpub4tywra/list',415,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714937018607);
INSERT INTO "invoices" VALUES('line-55','lines:/tmp/tmpub4tywra/list',423,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714937280430);
INSERT INTO "invoices" VALUES('line-56','lines:/tmp/tmpub4tywra/list',431,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714937280430);
INSERT INTO "invoices" VALUES('line-57','lines:/tmp/tmpub4tywra/list',439,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714937524558);
INSERT INTO "invoices" VALUES('line-58','lines:/tmp/tmpub4tywra/list',447,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714937524558);
INSERT INTO "invoices" VALUES('line-59','lines:/tmp/tmpub4tywra/list',455,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714937790635);
INSERT INTO "invoices" VALUES('line-60','lines:/tmp/tmpub4tywra/list',463,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714935357821,1795714937790635);
INSERT INTO "invoices" VALUES('line-61','lines:/tmp/tmpub4tywra/list',471,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714938021480);
INSERT INTO "invoices" VALUES('line-62','lines:/tmp/tmpub4tywra/list',479,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714938021480);
INSERT INTO "invoices" VALUES('line-63','lines:/tmp/tmpub4tywra/list',487,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714938297632);
INSERT INTO "invoices" VALUES('line-64','lines:/tmp/tmpub4tywra/list',495,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714938297632);
INSERT INTO "invoices" VALUES('line-65','lines:/tmp/tmpub4tywra/list',503,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285696,1795714938521479);
INSERT INTO "invoices" VALUES('line-66','lines:/tmp/tmpub4tywra/list',511,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285696,1795714938521479);
INSERT INTO "invoices" VALUES('line-67','lines:/tmp/tmpub4tywra/list',519,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285696,1795714938774909);
INSERT INTO "invoices" VALUES('line-68','lines:/tmp/tmpub4tywra/list',527,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285696,1795714938774909);
INSERT INTO "invoices" VALUES('line-69','lines:/tmp/tmpub4tywra/list',535,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714938997758);
INSERT INTO "invoices" VALUES('line-70','lines:/tmp/tmpub4tywra/list',543,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714938997758);
INSERT INTO "invoices" VALUES('line-71','lines:/tmp/tmpub4tywra/list',551,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285696,1795714939245472);
INSERT INTO "invoices" VALUES('line-72','lines:/tmp/tmpub4tywra/list',559,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285696,1795714939245472);
INSERT INTO "invoices" VALUES('line-73','lines:/tmp/tmpub4tywra/list',567,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714939485493);
INSERT INTO "invoices" VALUES('line-74','lines:/tmp/tmpub4tywra/list',575,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714939485493);
INSERT INTO "invoices" VALUES('line-75','lines:/tmp/tmpub4tywra/list',583,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714936285695,1795714939741651);
INSERT INTO "invoices" VALUES('line-76','lines:/tmp/tmpub4tywra/list',591,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714939741651);
INSERT INTO "invoices" VALUES('line-77','lines:/tmp/tmpub4tywra/list',599,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531829,1795714939973480);
INSERT INTO "invoices" VALUES('line-78','lines:/tmp/tmpub4tywra/list',607,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531829,1795714939973480);
INSERT INTO "invoices" VALUES('line-79','lines:/tmp/tmpub4tywra/list',615,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940225503);
INSERT INTO "invoices" VALUES('line-80','lines:/tmp/tmpub4tywra/list',623,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940225503);
INSERT INTO "invoices" VALUES('line-81','lines:/tmp/tmpub4tywra/list',631,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940477529);
INSERT INTO "invoices" VALUES('line-82','lines:/tmp/tmpub4tywra/list',639,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940477529);
INSERT INTO "invoices" VALUES('line-83','lines:/tmp/tmpub4tywra/list',647,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940738077);
INSERT INTO "invoices" VALUES('line-84','lines:/tmp/tmpub4tywra/list',655,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940738077);
INSERT INTO "invoices" VALUES('line-85','lines:/tmp/tmpub4tywra/list',663,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940961716);
INSERT INTO "invoices" VALUES('line-86','lines:/tmp/tmpub4tywra/list',671,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714940961716);
INSERT INTO "invoices" VALUES('line-87','lines:/tmp/tmpub4tywra/list',679,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714941229735);
INSERT INTO "invoices" VALUES('line-88','lines:/tmp/tmpub4tywra/list',687,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531828,1795714941229735);
INSERT INTO "invoices" VALUES('line-89','lines:/tmp/tmpub4tywra/list',695,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531829,1795714941481503);
INSERT INTO "invoices" VALUES('line-90','lines:/tmp/tmpub4tywra/list',703,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714937531829,1795714941481503);
INSERT INTO "invoices" VALUES('line-91','lines:/tmp/tmpub4tywra/list',711,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714941756499);
INSERT INTO "invoices" VALUES('line-92','lines:/tmp/tmpub4tywra/list',719,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714941756499);
INSERT INTO "invoices" VALUES('line-93','lines:/tmp/tmpub4tywra/list',727,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494869,1795714941985662);
INSERT INTO "invoices" VALUES('line-94','lines:/tmp/tmpub4tywra/list',735,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494869,1795714941985662);
INSERT INTO "invoices" VALUES('line-95','lines:/tmp/tmpub4tywra/list',743,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714942261143);
INSERT INTO "invoices" VALUES('line-96','lines:/tmp/tmpub4tywra/list',751,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714942261143);
INSERT INTO "invoices" VALUES('line-97','lines:/tmp/tmpub4tywra/list',759,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714942553519);
INSERT INTO "invoices" VALUES('line-98','lines:/tmp/tmpub4tywra/list',767,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714942553519);
INSERT INTO "invoices" VALUES('line-99','lines:/tmp/tmpub4tywra/list',775,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714942820053);
INSERT INTO "invoices" VALUES('line-100','lines:/tmp/tmpub4tywra/list',783,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714942820053);
INSERT INTO "invoices" VALUES('line-101','lines:/tmp/tmpub4tywra/list',792,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714943101568);
INSERT INTO "invoices" VALUES('line-102','lines:/tmp/tmpub4tywra/list',801,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714943101568);
INSERT INTO "invoices" VALUES('line-103','lines:/tmp/tmpub4tywra/list',810,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494869,1795714943319839);
INSERT INTO "invoices" VALUES('line-104','lines:/tmp/tmpub4tywra/list',819,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494869,1795714943319839);
INSERT INTO "invoices" VALUES('line-105','lines:/tmp/tmpub4tywra/list',828,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714939494868,1795714943529950);
INSERT INTO "invoices" VALUES('line-106','lines:/tmp/tmpub4tywra/list',837,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714943529950);
INSERT INTO "invoices" VALUES('line-107','lines:/tmp/tmpub4tywra/list',846,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714943808630);
INSERT INTO "invoices" VALUES('line-108','lines:/tmp/tmpub4tywra/list',855,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714943808630);
INSERT INTO "invoices" VALUES('line-109','lines:/tmp/tmpub4tywra/list',864,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714944077481);
INSERT INTO "invoices" VALUES('line-110','lines:/tmp/tmpub4tywra/list',873,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714944077481);
INSERT INTO "invoices" VALUES('line-111','lines:/tmp/tmpub4tywra/list',882,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257795,1795714944329507);
INSERT INTO "invoices" VALUES('line-112','lines:/tmp/tmpub4tywra/list',891,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257795,1795714944329507);
INSERT INTO "invoices" VALUES('line-113','lines:/tmp/tmpub4tywra/list',900,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714944550845);
INSERT INTO "invoices" VALUES('line-53','lines:/tmp/tmpub4tywra/list',407,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,0,1795714935357822,1795714944550845);
INSERT INTO "invoices" VALUES('line-114','lines:/tmp/tmpub4tywra/list',909,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257795,1795714944721820);
INSERT INTO "invoices" VALUES('line-115','lines:/tmp/tmpub4tywra/list',918,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257795,1795714944721820);
INSERT INTO "invoices" VALUES('line-116','lines:/tmp/tmpub4tywra/list',927,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257795,1795714944945743);
INSERT INTO "invoices" VALUES('line-117','lines:/tmp/tmpub4tywra/list',936,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257795,1795714944945743);
INSERT INTO "invoices" VALUES('line-118','lines:/tmp/tmpub4tywra/list',945,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714945173487);
INSERT INTO "invoices" VALUES('line-119','lines:/tmp/tmpub4tywra/list',954,'booked',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1795714941257796,1795714945173487);
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES(2);
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "sources" VALUES('lines:/tmp/tmpub4tywra/list',963,119,1795714945173487);
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
