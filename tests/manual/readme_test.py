#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What README.md shows under "Use it" works as it stands there: pasted into a shell in an empty folder.

    readme_test.py BUILD-TREE SOURCE-TREE
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
PATIENCE_S = 300


def commands():
    """The code of the section, up to the commands that run without end."""
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    text = text[text.index("## Use it\n"):]
    text = text[:text.index("\nAnd\n")]
    return "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))


class Readme(unittest.TestCase):
    def test_what_it_shows_works_word_by_word_in_an_empty_folder(self):
        if not shutil.which("sqlite3"):
            self.skipTest("there is no sqlite3")
        with tempfile.TemporaryDirectory() as temporary:
            tools, work = pathlib.Path(temporary, "tools"), pathlib.Path(temporary, "work")
            for folder in (tools, work):
                folder.mkdir()
            # As installed, but for the name and the folders that a test leaves to others.
            (tools / "supervisor").write_text(f'#!/bin/sh\nexec {BUILD}/supervisor/supervisor --name readme-{os.getpid()} '
                                              f'--state-dir {temporary}/state --runtime-dir {temporary}/state "$@"\n')
            (tools / "supervisor").chmod(0o755)
            shell = subprocess.Popen(["bash", "-e"], cwd=work, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, start_new_session=True,
                                     env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
            try:
                said, _ = shell.communicate(commands(), timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(shell.pid, signal.SIGKILL)
                self.fail(f"it takes longer than {PATIENCE_S} s: {shell.communicate()[0]}")
            self.assertEqual(shell.returncode, 0, said)
            self.assertIn("booked|200", said)
            self.assertEqual(len(list((work / "out").iterdir())), 200)
            self.assertTrue((work / "inbox" / "booked" / "a.xml").exists(), said)
            for ledger, rows in (("ids.db", 200), ("book.db", 200), ("invoices.db", 1)):
                count = subprocess.run(["sqlite3", "-readonly", ledger, "SELECT count(*) FROM invoices WHERE status = 'booked'"],
                                       cwd=work, check=True, capture_output=True, text=True).stdout
                self.assertEqual(int(count), rows, said)


if __name__ == "__main__":
    unittest.main()
