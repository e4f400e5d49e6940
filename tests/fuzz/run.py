#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a fuzzer for a short while, the same each time: first over its corpus, then over new inputs.

    run.py NAME PROGRAM       as in the gate; prints TAP, and of a finding what libFuzzer says
    run.py --options NAME     libFuzzer's options for that fuzzer, one a line

Environment: TEST_SEED  another seed than 1;  INVOICE_SAMPLES  a directory of real UBL invoices, to begin with
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# How many inputs make about ten seconds, and what is asked of libFuzzer besides.
FUZZERS = {
    "answer": (400_000, ["-max_len=512"]),
    "command_line": (40_000, ["-max_len=1024"]),
    "given": (4_000, ["-max_len=1024"]),
    "lines": (80_000, ["-max_len=2048"]),
    "segments": (8_000, ["-max_len=256"]),
    "invoice": (20_000, ["-max_len=20000", "-malloc_limit_mb=256"]),
}


def options_of(name):
    options = ["-timeout=20", *FUZZERS[name][1]]
    dictionary = HERE / f"{name}.dict"
    if dictionary.exists():
        options.append(f"-dict={dictionary}")
    return options


def run(command):
    """(exit status, what it said)."""
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def main(name, program):
    seed = int(os.environ.get("TEST_SEED", "1"))
    seeds = [HERE / "corpus" / name]
    if name == "invoice" and os.environ.get("INVOICE_SAMPLES"):
        seeds.append(pathlib.Path(os.environ["INVOICE_SAMPLES"]))
    inputs = sum(1 for folder in seeds for file in folder.iterdir() if file.is_file())
    runs = FUZZERS[name][0]
    print("1..2")
    failed = False
    with tempfile.TemporaryDirectory() as work:
        common = [f"-artifact_prefix={work}/", f"-seed={seed}", *options_of(name)]
        found = pathlib.Path(work) / "found"
        found.mkdir()
        for number, (title, command) in enumerate([
                (f"the corpus, {inputs} inputs", [program, "-runs=0", *common, *seeds]),
                (f"{runs} inputs, seed {seed}", [program, f"-runs={runs}", *common, found, *seeds])], start=1):
            status, output = run(command)
            figures = (re.findall(r"cov: (\d+) ft: (\d+)", output) or [("?", "?")])[-1]
            print("{} {} - {}: {}: coverage {}, features {}".format(
                "ok" if status == 0 else "not ok", number, name, title, *figures), flush=True)
            if status != 0:
                failed = True
                for line in output.splitlines()[-80:]:
                    print("#", line)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or (sys.argv[1] if sys.argv[1] != "--options" else sys.argv[2]) not in FUZZERS:
        sys.exit(__doc__)
    if sys.argv[1] == "--options":
        print("\n".join(options_of(sys.argv[2])))
        sys.exit(0)
    sys.exit(main(sys.argv[1], sys.argv[2]))
