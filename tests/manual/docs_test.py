#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands in docs/ that are marked <!-- run --> work as they stand there, in their order, in an empty folder.

    docs_test.py BUILD-TREE SOURCE-TREE
"""
import os
import pathlib
import signal
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(SOURCE / "tools/lib"))
import installed_docs  # pylint: disable=wrong-import-position

PATIENCE_S = 600
MARK = "<!-- run -->"
PROGRAMS = ("supervisor", "observer", "clerk")


def commands_of(document):
    """The marked blocks of a document, one after the other."""
    lines, is_marked = [], False
    for line in document.read_text(encoding="utf-8").splitlines():
        if line == MARK:
            is_marked = True
        elif is_marked and line.startswith("    "):
            lines.append(line[4:])
        else:
            is_marked = False
    return "\n".join(lines) + "\n" if lines else ""


class Commands:
    """Runs commands in a folder of their own."""

    def __init__(self, commands):
        self.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.folder.name)
        tools, self.work = root / "tools", root / "work"
        for each in (tools, self.work):
            each.mkdir()
        # As installed, but for the name, which a pipeline of this machine may have.
        for program in PROGRAMS:
            (tools / program).write_text(f'#!/bin/sh\nexec {BUILD}/{program}/{program} --name docs-{os.getpid()} "$@"\n')
            (tools / program).chmod(0o755)
        shell = subprocess.Popen(["bash", "-e", "-x", "-c", commands], cwd=self.work, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
                                 env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
        try:
            self.said, _ = shell.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            self.said = f"longer than {PATIENCE_S} s: {shell.communicate()[0]}"
        self.status = shell.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def ask(self, ledger, sql):
        with sqlite3.connect(f"file:{self.work / ledger}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()


class Links(unittest.TestCase):
    def test_each_leads_to_a_file_and_a_heading(self):
        documents = [*SOURCE.glob("*.md"), *(SOURCE / "docs").glob("*.md")]
        self.assertGreater(len(documents), 10)
        self.assertEqual(installed_docs.broken_links(documents), [])

    def test_each_does_so_where_the_documents_are_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            installed_docs.install(SOURCE, pathlib.Path(folder))
            documents = list(pathlib.Path(folder).rglob("*.md"))
            self.assertGreater(len(documents), 10)
            self.assertEqual(installed_docs.broken_links(documents), [])

    def test_one_that_leads_nowhere_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            document = pathlib.Path(folder, "a.md")
            document.write_text("# A heading, here\n[1](a.md) [2](#a-heading-here) [3](b.md) [4](#none) [5](https://x.example/)\n",
                                encoding="utf-8")
            self.assertEqual(installed_docs.broken_links([document]), ["a.md: b.md", "a.md: #none"])


@unittest.skipUnless(shutil.which("sqlite3"), "there is no sqlite3")
class Documents(unittest.TestCase):
    def test_every_mark_stands_before_commands(self):
        for document in sorted((SOURCE / "docs").glob("*.md")):
            lines = document.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines, 1):
                if line == MARK:
                    self.assertTrue(lines[number].startswith("    "), f"{document.name}:{number}")

    def test_recipes(self):
        with Commands(commands_of(SOURCE / "docs" / "recipes.md")) as run:
            self.assertEqual(run.status, 0, run.said)
            # In the backup 9.txt is booked, after it had waited on another host, and 7.txt after a correction.
            self.assertEqual(run.ask("backup.db", "SELECT status, count(*) FROM invoices GROUP BY status"), [("booked", 9)],
                             run.said)
            self.assertEqual(run.ask("backup.db", "SELECT id, status FROM history WHERE status = 'failed' ORDER BY id"),
                             [("7.txt", "failed"), ("8.txt", "failed")], run.said)
            # All that was booked is in the archive, 10.txt with it, which the backup did not know.
            self.assertIn("10.txt", (run.work / "old.jsonl").read_text(encoding="utf-8"), run.said)
            self.assertEqual(run.ask("shop/invoices.db", "SELECT count(*) FROM invoices"), [(0,)], run.said)
            self.assertEqual(os.listdir(run.work / "shop/spool/duplicates"), ["1.txt"], run.said)


if __name__ == "__main__":
    unittest.main()
