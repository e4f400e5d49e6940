#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests the package and its services in machines with a systemd of their own, or says why it cannot.

    run.py [OPTION of unittest...] [TEST...]        such as -v service_test.Service

Environment: SERVICE_RELEASES  releases of Debian, of which the first runs everything and the others what says so; this
                               machine's own, if it is not set
             TEST_SEED         another seed than 1
"""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import machine  # noqa: E402  (found by the path above)
from installed import releases  # noqa: E402

SKIPPED = 77  # as Meson understands it
MODULES = ("package_test", "service_test")


def why_not():
    return machine.why_not() or (None if all(releases()) else "this is no Debian: SERVICE_RELEASES names a release")


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"The service tests are skipped: {reason}.")
        sys.exit(SKIPPED)
    machine.enter_namespaces()
    named = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    unittest.main(module=None, argv=sys.argv + ([] if named else list(MODULES)))
