#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A table of a PostgreSQL database as a source (python3-psycopg2). Enqueue with an INSERT in your own transaction.

    CREATE TABLE work(position bigserial PRIMARY KEY, id text NOT NULL, body text, taken_until timestamptz NOT NULL DEFAULT '-infinity');
    PGSERVICE=orders supervisor --consumers 4 --source exec:postgresql.py --origin orders

Guarantees: every row that is committed has a row in the ledger, and is deleted only after that. Rows are leased for 30 s and
the leases renewed, so that several programs share the table; what a dead one had is given again, and recognised.
"""
import json, os, select, time
import psycopg2

TAKE = """UPDATE work SET taken_until = now() + '30 s' WHERE position IN (SELECT position FROM work WHERE taken_until < now()
          ORDER BY position LIMIT 500 FOR UPDATE SKIP LOCKED) RETURNING position, id, body"""

database = psycopg2.connect(os.environ.get("WORK_DSN", ""))  # else by PGSERVICE, PGHOST, PGPASSFILE ...
database.autocommit = True
query, held, renewed, rest = database.cursor(), set(), time.monotonic(), b""
while True:
    rows = []
    if len(held) < 5000:
        query.execute(TAKE)
        rows = query.fetchall()
        held.update(row[0] for row in rows)
    for position, id, body in rows:
        print(json.dumps({"position": position, "id": id} | ({} if body is None else {"body": body})))
    print(end="" if held else "\n", flush=True)
    if time.monotonic() > renewed + 10:
        query.execute("UPDATE work SET taken_until = now() + '30 s' WHERE position = ANY(%s)", (list(held),))
        renewed = time.monotonic()
    if select.select([0], [], [], 0 if rows else 0.2)[0]:
        data = os.read(0, 1 << 20)
        if not data: break  # what is held is given again when its lease ends
        *lines, rest = (rest + data).split(b"\n")
        done = [int(line.split(b"\t")[0]) for line in lines]
        query.execute("DELETE FROM work WHERE position = ANY(%s)", (done,))
        held.difference_update(done)
