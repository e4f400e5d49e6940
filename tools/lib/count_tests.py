#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the test cases in what `meson test` has logged.

    count_tests.py [--step-failed] TESTLOG.json...

Prints "N passed, N failed, N skipped". Meson knows programs, not cases, so each program's own summary is read:
Catch2's (versions 2 and 3), unittest's or TAP's; a program without one counts as one case. A program that failed
counts at least one failed case whatever it printed: it may have crashed, hung or leaked after its last line.
--step-failed says that something else went wrong: then the line never says "0 failed". The exit status is 1 if
a case failed or none was run.
"""
import argparse
import json
import re
import sys

CATCH_PASSED = re.compile(r"^All tests passed \(.*? in (\d+) test cases?\)", re.M)
CATCH_TABLE = re.compile(r"^test cases:(.*)$", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n+(?:OK|FAILED)(?: \((.*)\))?", re.M)
TAP = re.compile(r"^(not ok|ok)\b(.*)$", re.M)
NUMBER = re.compile(r"(\d+) (passed|failed as expected|failed|skipped)")


def from_catch(output):
    match = CATCH_PASSED.search(output)
    if match:
        return int(match[1]), 0, 0
    match = CATCH_TABLE.search(output)
    if match:
        found = {what: int(number) for number, what in NUMBER.findall(match[1])}
        passed = found.get("passed", 0) + found.get("failed as expected", 0)
        return passed, found.get("failed", 0), found.get("skipped", 0)
    return None


def from_unittest(output):
    match = UNITTEST.search(output)
    if not match:
        return None
    found = dict(re.findall(r"([a-z ]+?)=(\d+)", match[2] or ""))
    found = {what.strip(): int(number) for what, number in found.items()}
    failed = found.get("failures", 0) + found.get("errors", 0) + found.get("unexpected successes", 0)
    skipped = found.get("skipped", 0)
    return int(match[1]) - failed - skipped, failed, skipped


def from_tap(output):
    if not re.search(r"^1\.\.\d+", output, re.M):
        return None
    passed = failed = skipped = 0
    for verdict, rest in TAP.findall(output):
        if re.search(r"#\s*skip", rest, re.I):
            skipped += 1
        elif verdict == "ok":
            passed += 1
        else:
            failed += 1
    return passed, failed, skipped


def count(test):
    """(passed, failed, skipped) of one program in Meson's log."""
    output = test.get("stdout", "") + "\n" + test.get("stderr", "")
    result = test["result"]
    cases = from_catch(output) or from_unittest(output) or from_tap(output)
    if cases is None:
        cases = {"OK": (1, 0, 0), "EXPECTEDFAIL": (1, 0, 0), "SKIP": (0, 0, 1)}.get(result, (0, 1, 0))
    passed, failed, skipped = cases
    if result not in ("OK", "EXPECTEDFAIL", "SKIP"):
        failed = max(failed, 1)
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description="Counts the test cases in what `meson test` has logged.")
    parser.add_argument("--step-failed", action="store_true", help='never say "0 failed"')
    parser.add_argument("logs", nargs="*", metavar="TESTLOG.json")
    arguments = parser.parse_args()
    total = [0, 0, 0]
    for name in arguments.logs:
        with open(name, encoding="utf-8") as log:
            for line in log:
                total = [sum(pair) for pair in zip(total, count(json.loads(line)))]
    if arguments.step_failed:
        total[1] = max(total[1], 1)
    print("{} passed, {} failed, {} skipped".format(*total))
    sys.exit(1 if total[1] or not total[0] else 0)


if __name__ == "__main__":
    main()
