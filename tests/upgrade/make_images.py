#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/upgrade/images: what version 0.1.0 leaves in shared memory and in its ledger when everything is killed.

    make_images.py BUILD      BUILD: a build tree of version 0.1.0 (with symbols)

The images are data now, and are not made again by any build: this says how they came about. Each is three files: NAME.ring and
NAME.storage, as lines `OFFSET BYTES` in hexadecimal digits of what is not zero, after a line with the size; NAME.sql, the ledger.
"""
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
IMAGES = pathlib.Path(__file__).resolve().parent / "images"
SMALL = ["--ring-capacity", "16", "--storage-capacity", "16"]
GOOD = """<?xml version="1.0"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:\
CommonAggregateComponents-2" xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<b:ID>{0}</b:ID><b:IssueDate>2024-02-02</b:IssueDate><b:InvoiceTypeCode>380</b:InvoiceTypeCode>
<b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
<a:AccountingSupplierParty><a:Party><a:PartyLegalEntity><b:RegistrationName>Bäckerei {0}</b:RegistrationName></a:PartyLegalEntity></a:Party>
</a:AccountingSupplierParty>
<a:TaxTotal><b:TaxAmount currencyID="EUR">19.00</b:TaxAmount></a:TaxTotal>
<a:LegalMonetaryTotal><b:LineExtensionAmount currencyID="EUR">100.00</b:LineExtensionAmount>
<b:TaxExclusiveAmount currencyID="EUR">100.00</b:TaxExclusiveAmount><b:TaxInclusiveAmount currencyID="EUR">{1}</b:TaxInclusiveAmount>
<b:PayableAmount currencyID="EUR">{1}</b:PayableAmount></a:LegalMonetaryTotal>
<a:InvoiceLine><b:ID>1</b:ID><b:LineExtensionAmount currencyID="EUR">100.00</b:LineExtensionAmount></a:InvoiceLine>
</Invoice>
"""


class Pipeline:
    def __init__(self, name, options):
        self.name = f"old-{os.getpid()}-{name}"
        self.state = pathlib.Path(tempfile.mkdtemp())
        self.ledger = self.state / "invoices.db"
        self.options = options

    def start(self):
        self.supervisor = subprocess.Popen(
            [BUILD / "supervisor/supervisor", "--name", self.name, "--state-dir", self.state, "--runtime-dir", self.state, *SMALL, *self.options],
            stdout=subprocess.DEVNULL)

    def children(self, program):
        path = f"/proc/{self.supervisor.pid}/task/{self.supervisor.pid}/children"
        pids = [int(pid) for pid in pathlib.Path(path).read_text().split()]
        return [pid for pid in pids if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == program]

    def wait_for_rows(self, count):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True) as ledger:
                    if ledger.execute("SELECT count(*) FROM invoices").fetchone()[0] >= count:
                        return
            except sqlite3.OperationalError:
                pass
            time.sleep(0.01)
        sys.exit("the old pipeline does nothing")

    def address(self, pid, segment, offset):
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            if f"{self.name}.{segment}" in line:
                return int(line.split("-")[0], 16) + offset
        sys.exit(f"{segment} is not mapped")

    def run_until(self, pid, *where):
        """The consumer goes on to that place, by gdb, and stays there until it is killed."""
        everybody = [self.supervisor.pid, *self.children("producer"), *self.children("consumer")]
        others = " ".join(str(one) for one in everybody if one != pid)
        commands = ["set confirm off", "set pagination off", "set can-use-hw-watchpoints 0", *where, "continue",
                    f"shell kill -STOP {others}; kill -9 {others} {pid}"]
        subprocess.run(["gdb", "-q", "-batch", "-p", str(pid), *sum((["-ex", one] for one in commands), [])], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)

    def kill(self):
        everybody = [self.supervisor.pid, *self.children("producer"), *self.children("consumer")]
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        for pid in everybody:
            os.kill(pid, signal.SIGKILL)

    def save(self, image):
        self.supervisor.wait()
        time.sleep(0.5)
        for segment in ("ring", "storage"):
            path = pathlib.Path(f"/dev/shm/{self.name}.{segment}")
            memory = path.read_bytes()
            lines = [f"{len(memory):x}"]
            for run in re.finditer(rb"[^\0](?:\0{0,7}[^\0])*", memory, re.DOTALL):
                lines.append(f"{run.start():x} {run.group().hex()}")
            text = "\n".join(lines) + "\n"
            (IMAGES / f"{image}.{segment}").write_text(text)
            path.unlink()
        with sqlite3.connect(self.ledger) as ledger:
            dump = "\n".join(ledger.iterdump())
            pragmas = [f"PRAGMA {name} = {ledger.execute(f'PRAGMA {name}').fetchone()[0]};" for name in ("application_id", "user_version")]
        (IMAGES / f"{image}.sql").write_text("PRAGMA journal_mode = WAL;\n" + "\n".join(pragmas) + "\n" + dump + "\n")
        shutil.rmtree(self.state)


def sequence():
    """Killed between the ledger's COMMIT and `durable`, with invoices in work, and one charged with an attempt."""
    one = Pipeline("sequence", ["--consumers", "3", "--source", "sequence:200", "--process", "simulate:200ms", "--flush-interval", "300ms"])
    one.start()
    one.wait_for_rows(10)
    os.kill(one.children("consumer")[1], signal.SIGKILL)
    one.wait_for_rows(20)
    os.kill(one.supervisor.pid, signal.SIGSTOP)
    victim, *others = one.children("consumer")
    for other in others:
        os.kill(other, signal.SIGSTOP)  # in the midst of an invoice, and so the victim flushes
    one.run_until(victim, "break pipeline::Storage::set_durable")
    one.save("sequence")


def lines():
    """Killed between a claim's commit word and `head`: the pop lock is a dead one's."""
    one = Pipeline("lines", ["--consumers", "2", "--process", "simulate:100ms", "--flush-interval", "50ms"])
    list_of = one.state / "list"
    list_of.write_text("".join(f"line-{i}\n" for i in range(1, 301)))
    one.options += ["--source", f"lines:{list_of}"]
    one.start()
    one.wait_for_rows(20)
    os.kill(one.supervisor.pid, signal.SIGSTOP)
    victim = one.children("consumer")[0]
    hand = one.address(victim, "ring", 9152)
    one.run_until(victim, "break pipeline::Ring::claim", "continue", "delete", f"watch *(unsigned long*){hand}")
    one.save("lines")


def full():
    """Killed while the ledger was locked: the storage is full, hands and ring hold batches."""
    one = Pipeline("full", ["--consumers", "2", "--process", "none", "--flush-interval", "50ms"])
    list_of = one.state / "list"
    list_of.write_text("".join(f"line-{i}\n" for i in range(1, 301)))
    one.options += ["--source", f"lines:{list_of}", "--rate", "200/s"]
    one.start()
    one.wait_for_rows(20)
    with sqlite3.connect(one.ledger, isolation_level=None) as lock:
        lock.execute("BEGIN IMMEDIATE")
        time.sleep(3)
        one.kill()
        lock.execute("ROLLBACK")
    one.save("full")


def spool():
    """Killed between a save's commit word and the hand's `done`: the save lock is a dead one's. Some files of booked
    invoices have not been moved."""
    one = Pipeline("spool", ["--consumers", "2", "--flush-interval", "20ms", "--rate", "20/s"])
    folder = one.state / "spool"
    folder.mkdir()
    for i in range(1, 151):
        (folder / f"{i}.xml").write_text(GOOD.format(i, "119.00" if i % 5 else "118.00"))
    one.options += ["--source", f"spool:{folder}"]
    one.start()
    one.wait_for_rows(20)
    os.kill(one.supervisor.pid, signal.SIGSTOP)
    victim = one.children("consumer")[0]
    producer = one.children("producer")[0]
    tail = one.address(victim, "storage", 128)
    one.run_until(victim, f"shell kill -STOP {producer}", "break pipeline::Storage::save", "continue", "delete", f"watch *(unsigned long*){tail}")
    one.save("spool")


def files():
    """Killed with the commands of two files running, others in the ring, and some results not flushed."""
    one = Pipeline("files", ["--consumers", "2", "--flush-interval", "400ms", "--process", "each:sh -c 'sleep 0.05'"])
    folder = one.state / "spool"
    folder.mkdir()
    for i in range(1, 61):
        (folder / str(i)).write_text(f"{i}\n")
    one.options += ["--source", f"spool:{folder}"]
    one.start()
    one.wait_for_rows(15)
    time.sleep(0.3)
    one.kill()
    one.save("files")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for make in (sequence, lines, full, spool, files):
        if len(sys.argv) == 2 or make.__name__ in sys.argv[2:]:
            make()
