#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An outage of an hour, in simulated time: what the programs of a pipeline need does not answer, and then does.

    tests/system/outage.py --build DIR

Runs exec: and each: over a list and over a spool, one after the other, with libfaketime (package faketime), which lets
time pass sixty times as fast: each outage takes a minute. When the outage is over, nobody does anything. Then each of
500 invoices must be booked, none failed, and each effect must have happened once. A machine that is busy with
something else makes the simulated time too fast for the programs: then run it again.
"""
import argparse
import collections
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

INVOICES = 500
SPEED = 60
OUTAGE = 3600  # simulated seconds
DEADLINE = 3 * 3600

# The world is well as long as the file `up` is there. An invoice has its effect then, and only then.
EACH = """#!/bin/sh
[ -e up ] || exit 1
echo "$1" >> effects
"""
EXEC = """import os, sys
for line in sys.stdin:
    invoice = line.rstrip("\\n")
    if not os.path.exists("up"):
        print("retry no answer", flush=True)
        continue
    with open("effects", "a") as effects:
        effects.write(invoice + "\\n")
    print("booked", flush=True)
"""


def write(path, text):
    path.write_text(text, encoding="ascii")
    path.chmod(0o755)


def make_source(folder, kind):
    names = [f"invoice-{number:03}" for number in range(INVOICES)]
    if kind == "lines":
        write(folder / "ids", "".join(name + "\n" for name in names))
        return f"lines:{folder}/ids", names
    spool = folder / "spool"
    spool.mkdir()
    for name in names:
        write(spool / name, name + "\n")
    return f"spool:{spool}", names


def outcomes(ledger):
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=30) as database:
        return dict(database.execute("SELECT status, count(*) FROM invoices GROUP BY status"))


def run(build, kind, process):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="invoice-pipeline-outage-"))
    source, names = make_source(folder, kind)
    write(folder / "each.sh", EACH)
    write(folder / "exec.py", EXEC)
    name = folder.name
    ledger = folder / "ledger.db"
    command = ["faketime", "-f", f"+0 x{SPEED}", str(build / "supervisor" / "supervisor"), "--name", name,
               "--consumers", "2", "--state-dir", str(folder), "--runtime-dir", str(folder), "--ledger",
               f"sqlite:{ledger}", "--source", source, "--hold-for", "2h", "--once"]
    command += (["--process", f"exec:{sys.executable} exec.py", "--pipeline", "8"] if process == "exec"
                else ["--", "./each.sh", "{}"])
    log = open(folder / "log", "w", encoding="utf-8")
    began = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    faults = []
    try:
        while child.poll() is None and time.monotonic() - began < OUTAGE / SPEED:
            time.sleep(0.1)
        if child.poll() is not None:
            faults.append(f"ended during the outage, status {child.returncode}")
        (folder / "up").touch()
        child.wait(DEADLINE / SPEED)
        if child.returncode != 0:
            faults.append(f"exit status {child.returncode}")
    except subprocess.TimeoutExpired:
        faults.append("not all was booked in three simulated hours")
        child.terminate()
        child.wait()
    finally:
        log.close()
    found = outcomes(ledger) if ledger.exists() else {}
    if found != {"booked": INVOICES}:
        faults.append(f"outcomes {found}")
    effects = collections.Counter((folder / "effects").read_text().split() if (folder / "effects").exists() else [])
    expected = collections.Counter(names)
    if effects != expected:
        faults.append(f"effects: {sum(effects.values())} of {len(effects)} invoices")
    minutes = (time.monotonic() - began) * SPEED / 60
    print(f"{process + ':':6} over {kind:5}  {'FAILED' if faults else 'ok':6}  {found.get('booked', 0)} booked, "
          f"{sum(effects.values())} effects, ended {minutes:.0f} simulated minutes after its start", flush=True)
    if faults:
        print("  " + "; ".join(faults) + f"; see {folder}/log", flush=True)
        return False
    shutil.rmtree(folder)
    return True


def main():
    parser = argparse.ArgumentParser(description="An outage of an hour, in simulated time.")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"), help="build tree (default build)")
    build = parser.parse_args().build.resolve()
    if shutil.which("faketime") is None:
        sys.exit("outage.py: faketime is missing: install the package faketime")
    os.environ.pop("FAKETIME", None)
    results = [run(build, kind, process) for process in ("exec", "each") for kind in ("lines", "spool")]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
