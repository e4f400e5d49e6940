#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The verdicts of `--process invoice` on random invoices against those of reference.py.

    rules_test.py BUILD

TEST_SCALE multiplies the 6,000 invoices, TEST_SEED chooses others.
"""
import os
import pathlib
import random
import re
import sys
import tempfile

import documents
import reference
import spool_run

INVOICES = 6000


def write_spool(spool, count, rng):
    """{name: the numbers of the rules that it breaks}"""
    expected = {}
    for number in range(count):
        text = documents.document(rng)
        name = f"{number}.xml"
        (spool / name).write_text(text, encoding="utf-8")
        expected[name] = reference.broken_rules(text)
    return expected


def differences(expected, rows):
    if len(rows) != len(expected):
        yield f"{len(rows)} rows for {len(expected)} invoices"
    for name, status, reason in rows:
        found = {int(rule) for rule in re.findall(r"BR-CO-(\d+)", reason.split(":")[0])}
        if found != expected[name] or (status == "booked" and found) or status not in ("booked", "rejected"):
            yield f"{name}: {status} {reason}; the reference: {sorted(expected[name])}"


def main(build):
    count = max(100, int(INVOICES * float(os.environ.get("TEST_SCALE", "1"))))
    seed = int(os.environ.get("TEST_SEED", "1"))
    print("1..1", flush=True)
    with tempfile.TemporaryDirectory(prefix="rules-") as work:
        work = pathlib.Path(work)
        spool = work / "spool"
        spool.mkdir()
        expected = write_spool(spool, count, random.Random(seed))
        problems, rows = spool_run.process(build, work)
        if not problems:
            problems = list(differences(expected, rows))
        for problem in problems[:20]:
            print("#", problem)
        broken = sum(1 for rules in expected.values() if rules)
        print(f"{'not ok' if problems else 'ok'} 1 - {count} invoices, {broken} of them break rules, seed {seed}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
