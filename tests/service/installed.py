# SPDX-License-Identifier: Apache-2.0
"""A machine on which the package is installed, and what the tests ask of it."""
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import packages
from machine import machine

SOURCE = pathlib.Path(__file__).resolve().parents[2]
UNIT = "invoice-pipeline.service"
STATE = "/var/lib/invoice-pipeline"
NAME = "invoice-pipeline"
HANDED_OVER = ("booked", "rejected", "failed", "duplicates")


def releases():
    wanted = os.environ.get("SERVICE_RELEASES", "").replace(",", " ").split()
    return wanted or [packages.this_release()]


@functools.cache
def built(release):
    """(the package, a tree in which it can be installed)."""
    deb = packages.package(SOURCE, release)
    return deb, packages.tree(release, packages.IN_EVERY_TREE + packages.dependencies(deb))


@functools.cache
def sample_invoices():
    """[(name, text)] of 1,000 UBL invoices."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([SOURCE / "tools" / "make-invoices", directory, "--count", "1000", "--seed", "1"], check=True,
                       capture_output=True)
        return [(file.name, file.read_bytes()) for file in sorted(pathlib.Path(directory).glob("*.xml"))]


class Installed:
    """A machine with the package installed, and the service running with `config`."""

    def __init__(self, release=None, config="", dropin=""):
        self.deb, self.tree = built(release or releases()[0])
        self.config = config
        self.dropin = dropin

    def __enter__(self):
        self._machine = machine(self.tree)
        self.machine = self._machine.__enter__()
        try:
            if self.dropin:
                self.machine.write(f"/etc/systemd/system/{UNIT}.d/test.conf", self.dropin)
            self.machine.install(self.deb)
            if self.config:
                self.configure(self.config)
                self.machine.run("systemctl", "restart", UNIT)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *error):
        return self._machine.__exit__(*error)

    def configure(self, text, name=NAME):
        self.machine.write(f"/etc/invoice-pipeline/{name}.conf", text)

    def hand_over(self, invoices, state=STATE, prefix=""):
        """As a user does: written beside, renamed into the spool."""
        spool = self.machine.root / state.lstrip("/") / "spool"
        for name, text in invoices:
            beside = spool / f".{name}"
            beside.write_bytes(text)
            beside.rename(spool / (prefix + name))

    def ask_ledger(self, sql, state=STATE):
        return self.machine.run("sqlite3", "-readonly", f"{state}/invoices.db", sql).strip()

    def rows(self, state=STATE):
        if not (self.machine.root / state.lstrip("/") / "invoices.db").exists():
            return 0
        answer = self.machine.run("sqlite3", "-readonly", f"{state}/invoices.db", "SELECT count(*) FROM invoices",
                                  check=False).strip()
        return int(answer) if answer.isdigit() else 0

    def rows_when_off(self):
        """Of a machine without power: its file system is looked at from outside."""
        ledger = self.machine.root / STATE.lstrip("/") / "invoices.db"
        done = subprocess.run(["sqlite3", "-readonly", ledger, "SELECT count(*) FROM invoices"], capture_output=True, text=True, check=True)
        return int(done.stdout)

    def audit(self, name=NAME, state=STATE):
        return json.loads(self.machine.run("observer", "--audit", "--json", "--name", name, "--ledger",
                                           f"sqlite:{state}/invoices.db"))

    def status(self):
        return self.machine.property(UNIT, "StatusText")

    def segments(self):
        """In the services' directories, and where version 0.1.0 had them."""
        return sorted(self.machine.run("find", "/dev/shm", "/run", "-maxdepth", "2", "-name", "invoice-pipeline*.ring*",
                                       "-o", "-maxdepth", "2", "-name", "invoice-pipeline*.storage*").split())


def numbers(count):
    """Invoices for --process none or simulate: names alone."""
    return [(f"{number:06}", b"") for number in range(count)]


class ServiceTest(unittest.TestCase):
    def check_all_there(self, installed, count, state=STATE, name=NAME):
        """Each once, and nothing else: in the ledger and in the spool's folders; and the books balance."""
        self.assertEqual(installed.ask_ledger("SELECT count(*), count(DISTINCT id) FROM invoices", state),
                         f"{count}|{count}")
        self.assertEqual(installed.ask_ledger("SELECT count(*) FROM duplicates", state), "0")
        self.assertEqual(installed.audit(name, state)["difference"], 0)
        spool = installed.machine.root / state.lstrip("/") / "spool"
        self.assertEqual(sum(len(list((spool / folder).iterdir())) for folder in HANDED_OVER), count)

    def stop(self, installed, unit=UNIT):
        installed.machine.run("systemctl", "stop", unit)
        self.assertEqual(installed.machine.property(unit, "Result"), "success")
        self.assertEqual(installed.machine.property(unit, "ActiveState"), "inactive")
