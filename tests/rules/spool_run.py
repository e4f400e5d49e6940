# SPDX-License-Identifier: Apache-2.0
"""Runs a spool through `--process invoice` once."""
import os
import sqlite3
import subprocess


def process(build, work):
    """What went wrong, as lines, and the rows (id, status, reason) of the spool WORK/spool."""
    run = subprocess.run([build / "supervisor" / "supervisor", "--consumers", "2", "--once", f"--name=rules-{os.getpid()}",
                          f"--source=spool:{work / 'spool'}", "--settle-time=0", f"--ledger=sqlite:{work}/invoices.db",
                          f"--state-dir={work}", f"--runtime-dir={work}", "--log-level=error"],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=500)
    if run.returncode != 0:
        return [f"status {run.returncode}: {run.stdout.decode('utf-8', 'replace')}"], []
    ledger = sqlite3.connect(work / "invoices.db")
    rows = ledger.execute("SELECT id, status, coalesce(reason, '') FROM invoices").fetchall()
    ledger.close()
    return [], rows
