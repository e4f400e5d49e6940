#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds each mutant of tests/mutants/mutants.py and runs the test that must find it.

    tests/mutants/run.py [--build DIR] [NAME-PART...]

Works in copies of the source tree below DIR (build-mutants), one for each of two workers, and leaves the tree itself
alone. First every test is run on the code as it is: it must pass, or what it says of a mutant means nothing. Prints
TAP; the exit status is 1 if a mutant survives, does not build, or does not fit the code any more.
"""
import argparse
import os
import random
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
# What the build enters, and what that refers to.
TREES = sorted({path.parent.name for path in ROOT.glob("*/meson.build")} | {"docs", "manual", "completions"})
TIME_LIMIT = 120  # seconds; the slowest test takes a tenth of it
WORKERS = 2
STEP_OF_CI = 6
# A mutant leaves something unused, or compares what need not be compared: no error here.
LENIENT = "".join(f'#pragma GCC diagnostic ignored "-W{warning}"\n' for warning in (
    "unused-function", "unused-parameter", "unused-variable", "unused-but-set-variable", "unused-value",
    "unused-result", "type-limits"))


class Worker:
    """A copy of the source tree with a build tree in it, configured as the gate's: so a compiler cache knows its files."""

    def __init__(self, directory):
        self.source = directory
        self.build = directory / "build"

    def prepare(self, programs):
        # Only what differs is written: an unchanged file keeps its time, and is not compiled again.
        for path in [ROOT / "meson.build", ROOT / "meson_options.txt"] + [
                file for tree in TREES for file in (ROOT / tree).rglob("*") if file.is_file()]:
            target = self.source / path.relative_to(ROOT)
            if not target.exists() or target.read_bytes() != path.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        if not (self.build / "build.ninja").exists():
            compiler = os.environ.get("CXX") or ("ccache g++" if shutil.which("ccache") else "g++")
            run(["meson", "setup", "--werror", self.build, self.source], dict(os.environ, CXX=compiler)).check_returncode()
        run(["ninja", "-C", self.build, "-j", "2", *programs]).check_returncode()

    def test(self, test, scale):
        """The status of the test, None if it takes too long, and what it printed."""
        program, name = test
        environment = dict(os.environ, TEST_SCALE=scale)
        process = subprocess.Popen([self.build / program, "--abort", name], env=environment, text=True, errors="replace",
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=TIME_LIMIT)
            return process.returncode, output
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return None, process.communicate()[0]
        finally:
            # A test that was killed, or that its mutant has crashed, leaves the segments that bear its number.
            for segment in Path("/dev/shm").glob(f"*-{process.pid}-*"):
                segment.unlink(missing_ok=True)

    def try_mutant(self, mutant):
        """'' if the mutant was caught, else what is wrong."""
        originals = {}
        try:
            for file, old, new in mutant.edits:
                path = self.source / file
                text = path.read_text()
                originals.setdefault(path, text)
                if text.count(old) != 1:
                    return f"does not fit {file} any more"
                path.write_text(LENIENT + text.replace(old, new))
            built = run(["ninja", "-C", self.build, "-j", "1", *programs_of([mutant.test])])
            if built.returncode != 0:
                return "does not build:\n" + built.stdout[-2000:]
            status, _ = self.test(mutant.test, "1")
            return "survives" if status == 0 else ""
        finally:
            for path, text in originals.items():
                path.write_text(text)


def run(command, environment=None):
    return subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def programs_of(tests):
    programs = {program for program, _ in tests}
    if "tests/crash/storm_tests" in programs:
        programs.add("tests/programs/forking/supervisor")
    return sorted(programs)


def in_parallel(workers, jobs, work):
    """Calls work(worker, job) for each job, on whichever worker is free."""
    waiting = queue.Queue()
    for job in jobs:
        waiting.put(job)
    failures = []

    def loop(worker):
        while True:
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                work(worker, job)
            except Exception as error:  # pylint: disable=broad-except  # of a thread: to be told by the main one
                failures.append(error)

    threads = [threading.Thread(target=loop, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def main():
    parser = argparse.ArgumentParser(description="Builds each mutant and runs the test that must find it.")
    parser.add_argument("--build", type=Path, default=ROOT / "build-mutants", metavar="DIR")
    parser.add_argument("parts", nargs="*", metavar="NAME-PART", help="only mutants with one of these in their names")
    arguments = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS
              if not arguments.parts or any(part in mutant.name for part in arguments.parts)]
    if os.environ.get("CI") == "true" and not arguments.parts:
        first = random.randrange(STEP_OF_CI)
        chosen = chosen[first::STEP_OF_CI]
        print(f"# this machine is new: every sixth mutant, from number {first + 1} on; without CI=true, all")
    tests = sorted({mutant.test for mutant in chosen})
    workers = [Worker(arguments.build / str(number)) for number in range(WORKERS)]
    for worker in workers:
        worker.prepare(programs_of(tests))

    print(f"1..{len(tests) + len(chosen)}", flush=True)
    wrong = []
    printing = threading.Lock()

    def tell(what, problem, seconds):  # without a number: they end in any order
        with printing:
            if problem:
                wrong.append(what)
            print(f"{'not ok' if problem else 'ok'} - {what} ({seconds:.0f} s)", flush=True)
            for line in problem.splitlines():
                print(f"# {line}", flush=True)

    def check_test(worker, test):
        began = time.monotonic()
        status, output = worker.test(test, "0.02")
        passed = status == 0 and "All tests passed" in output  # not: no test has that name
        tell(f"without a mutant: {test[1]}", "" if passed else f"status {status}\n{output[-3000:]}",
             time.monotonic() - began)

    def check_mutant(worker, mutant):
        began = time.monotonic()
        problem = worker.try_mutant(mutant)
        tell(f"caught: {mutant.name}", problem, time.monotonic() - began)

    in_parallel(workers, tests, check_test)
    if not wrong:
        in_parallel(workers, chosen, check_mutant)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
