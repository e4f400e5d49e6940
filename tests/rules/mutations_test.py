#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Right invoices with a few bytes changed: `--process invoice` books none that a parser calls ill-formed.

    mutations_test.py BUILD

Two parsers judge: expat, with namespaces, by Python's binding; and libxml2, if python3-lxml is here.
TEST_SCALE multiplies the 10,000 documents, TEST_SEED chooses others.
"""
import os
import pathlib
import random
import sys
import tempfile
from xml.parsers import expat

import documents
import reference
import spool_run

try:
    from lxml import etree
except ImportError:
    etree = None

DOCUMENTS = 10_000
PIECES = [b"<", b">", b"&", b'"', b"'", b"]]>", b"--", b"<!--", b"-->", b"<![CDATA[", b"<?", b"?>", b"/", b"=", b":", b"\0", b"\x01",
          b"\x0b", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"&amp", b"&foo;", b"&#0;", b"&#x1f;", b"&#xd800;", b"&#x41;",
          b"<a/>", b"</a>", b"<x:a/>", b' a="1" a="2"', b" xmlns:cbc=''", b" xmlns:xml='urn:x'", b"<!DOCTYPE a>",
          b"<?xml version='1.0'?>", b"\xef\xbb\xbf", b" ", b"x", b"0"]


def mutated(text, rng):
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice([1, 1, 1, 2, 4, 30]))
        what = rng.random()
        if what < 0.35:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif what < 0.55:
            text = text[:at] + text[end:]
        elif what < 0.7:
            text = text[:at] + rng.choice(PIECES) + text[end:]
        elif what < 0.8:
            text = text[:at] + text[at:end] + text[at:]
        elif what < 0.9 and at < len(text):
            text = text[:at] + bytes([text[at] ^ 1 << rng.randrange(8)]) + text[at + 1:]
        elif what < 0.95:
            text = text.replace(rng.choice([b"cbc:", b"cac:", b"ram:", b"xmlns:"]), b"q:", 1)
        else:
            text = text[:at] + text[end:] + text[at:end]
    return text


def fault_of(text):
    """Why a parser refuses the document; None if both take it."""
    try:
        expat.ParserCreate(namespace_separator="\x1f").Parse(text, True)
    except expat.ExpatError as error:
        return f"expat: {error}"
    if etree is None:
        return None
    try:
        etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        # A namespace whose name is no URI is well-formed: libxml2 warns, and the binding takes that for an error.
        if any(entry.type != etree.ErrorTypes.WAR_NS_URI for entry in error.error_log):
            return f"libxml2: {error}"
    return None


def write_spool(spool, count, rng):
    """{name: why it is ill-formed, or None}"""
    faults = {}
    while len(faults) < count:
        text = documents.document(rng)
        if reference.broken_rules(text):
            continue
        for _ in range(10):
            changed = mutated(text.encode(), rng)
            name = f"{len(faults)}.xml"
            (spool / name).write_bytes(changed)
            faults[name] = fault_of(changed)
    return faults


def main(build):
    count = max(100, int(DOCUMENTS * float(os.environ.get("TEST_SCALE", "1"))))
    seed = int(os.environ.get("TEST_SEED", "1"))
    print("1..1", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutations-") as work:
        work = pathlib.Path(work)
        (work / "spool").mkdir()
        faults = write_spool(work / "spool", count, random.Random(seed))
        problems, rows = spool_run.process(build, work)
        if not problems and len(rows) != len(faults):
            problems = [f"{len(rows)} rows for {len(faults)} documents"]
        problems += [f"{name} is booked; {faults[name]}" for name, status, _ in rows if status == "booked" and faults[name]]
        booked = sum(1 for _, status, _ in rows if status == "booked")
        if not problems and not booked:
            problems = ["none is booked: nothing is shown"]
        for problem in problems[:20]:
            print("#", problem)
        ill = sum(1 for fault in faults.values() if fault)
        judges = "expat and libxml2" if etree else "expat (python3-lxml is not here)"
        print(f"{'not ok' if problems else 'ok'} 1 - {len(faults)} documents, {ill} of them ill-formed by {judges}, {booked} booked, "
              f"seed {seed}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
