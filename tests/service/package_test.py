# SPDX-License-Identifier: Apache-2.0
"""What comes with the package and with its installation, upgrade and removal; and everything at once, on each release."""
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

import packages
from installed import (NAME, SOURCE, STATE, UNIT, Installed, ServiceTest, built, numbers, releases, sample_invoices)
from machine import eventually

PROGRAMS = ("supervisor", "observer", "clerk", "invoice-pipeline")
CHILDREN = ("producer", "consumer")  # which only the supervisor starts


class Package(ServiceTest):
    def test_lintian_has_nothing_to_say(self):
        if not shutil.which("lintian"):
            self.skipTest("lintian is not here")
        deb = built(packages.this_release() or releases()[0])[0]
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", deb], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_the_units_are_right_and_closed(self):
        with Installed() as installed:
            m = installed.machine
            m.write("/etc/systemd/system/invoice-pipeline-observer@one.socket.d/address.conf",
                    "[Socket]\nListenStream=127.0.0.1:9465\n")
            units = ["invoice-pipeline.service", "invoice-pipeline@one.service", "invoice-pipeline-observer.service",
                     "invoice-pipeline-observer@one.service", "invoice-pipeline-observer.socket",
                     "invoice-pipeline-observer@one.socket"]
            self.assertEqual(m.run("systemd-analyze", "verify", "--man=no", *units), "")
            for unit in (unit for unit in units if unit.endswith(".service")):
                with self.subTest(unit):
                    # Of ten: 3 are 0.3.
                    m.run("systemd-analyze", "security", "--no-pager", "--threshold=3", unit)

    def test_the_programs_are_hardened(self):
        with Installed() as installed:
            root = installed.machine.root
            programs = [root / "usr/bin" / name for name in PROGRAMS]
            programs += [path for name in CHILDREN for path in root.glob(f"usr/lib*/**/invoice-pipeline/{name}")]
            self.assertEqual(len(programs), len(PROGRAMS) + len(CHILDREN))
            for name in CHILDREN:
                self.assertFalse((root / "usr/bin" / name).exists(), f"{name} is no command")
            done = subprocess.run([SOURCE / "tools/lib/check_hardening.py", *programs], capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_files_for_monitoring_are_in_it(self):
        deb = built(packages.this_release() or releases()[0])[0]
        listed = subprocess.run(["dpkg-deb", "--contents", deb], check=True, capture_output=True, text=True).stdout
        for name in ("invoice-pipeline.rules.yml", "grafana.json"):
            self.assertRegex(listed, rf"(?m) \./usr/share/invoice-pipeline/monitoring/{name}$")

    def test_it_is_installed_enabled_and_at_work_and_purged_without_a_trace(self):
        with Installed() as installed:
            m = installed.machine
            self.assertEqual(m.property(UNIT, "UnitFileState"), "enabled")
            self.assertEqual(m.property(UNIT, "ActiveState"), "active")
            installed.hand_over(sample_invoices()[:50])
            eventually(lambda: installed.rows() == 50, "50 invoices are in the ledger")
            m.run("dpkg", "--remove", NAME)
            self.assertEqual(installed.segments(), [])
            self.assertEqual(installed.rows(), 50)  # the user's
            m.install(installed.deb)
            eventually(lambda: m.property(UNIT, "ActiveState") == "active", "it is back")
            installed.configure("consumers = 1\n", "one")
            m.run("systemctl", "start", "invoice-pipeline@one")
            neighbour = m.root / "var/lib/invoice-pipeline-backups"
            neighbour.mkdir()
            (neighbour / "invoices.db").write_text("a copy")
            m.run("dpkg", "--purge", NAME)
            for left in (STATE, f"{STATE}-one", "/run/invoice-pipeline", "/run/invoice-pipeline-one",
                         "/etc/invoice-pipeline", "/usr/bin/supervisor"):
                self.assertFalse((m.root / left.lstrip("/")).exists(), left)
            self.assertTrue((neighbour / "invoices.db").exists())
            self.assertEqual(installed.segments(), [])
            self.assertNotIn(NAME, m.run("systemctl", "list-unit-files", "--no-legend", check=False))

    def test_an_upgrade_drains_and_goes_on(self):
        # A ring that holds little: a drain is not the end of the load.
        with Installed(config="consumers = 1\nprocess = simulate:5ms\nring-capacity = 64\n") as installed, \
                tempfile.TemporaryDirectory() as directory:
            m = installed.machine
            installed.configure("consumers = 1\nprocess = simulate:2ms\n", "one")
            m.run("systemctl", "enable", "--now", "invoice-pipeline@one")
            installed.hand_over(numbers(2000))
            installed.hand_over(numbers(1000), state=f"{STATE}-one")
            eventually(lambda: installed.rows() > 100 and installed.rows(f"{STATE}-one") > 10, "both are at work")
            before = m.main_pid(UNIT), m.main_pid("invoice-pipeline@one")
            m.install(packages.with_version(installed.deb, "0.1.1", pathlib.Path(directory)))
            self.assertLess(installed.rows(), 2000)  # under load, that is
            for unit, old in zip((UNIT, "invoice-pipeline@one"), before):
                self.assertEqual(m.property(unit, "ActiveState"), "active")
                self.assertNotEqual(m.main_pid(unit), old)
            drained = m.journal("INVOICE_PIPELINE_EVENT=drained")
            self.assertEqual({entry["INVOICE_PIPELINE_IN_FLIGHT"] for entry in drained}, {"0"})
            eventually(lambda: installed.rows() == 2000 and installed.rows(f"{STATE}-one") == 1000, "all is booked")
            self.stop(installed)
            self.stop(installed, "invoice-pipeline@one")
            self.check_all_there(installed, 2000)
            self.check_all_there(installed, 1000, f"{STATE}-one", f"{NAME}-one")


class Everything(ServiceTest):
    """Once more, on every release that is asked for."""

    KILLS = 20

    def test_a_thousand_invoices_survive_twenty_stops_restarts_and_kills(self):
        for release in releases():
            with self.subTest(release):
                self.check_release(release, random.Random(int(os.environ.get("TEST_SEED", "1"))))

    def check_release(self, release, chance):
        invoices = sample_invoices()
        # Restarts are what is tested, not their limit.
        with Installed(release, "consumers = 3\nprocess = ubl\n",
                       dropin="[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=50ms\n") as installed:
            m = installed.machine
            each = len(invoices) // self.KILLS
            for round_number in range(self.KILLS):
                installed.hand_over(invoices[round_number * each:(round_number + 1) * each])
                self.disturb(m, chance.choice(["stop", "restart", "main", "consumer", "producer", "all"]))
            eventually(lambda: installed.rows() == len(invoices), f"{len(invoices)} rows on {release}")
            self.stop(installed)
            self.check_all_there(installed, len(invoices))
            self.assertEqual(installed.segments(), [])

    @staticmethod
    def disturb(m, how):
        if how == "stop":
            m.run("systemctl", "stop", UNIT)
            m.run("systemctl", "start", UNIT)
        elif how == "restart":
            m.run("systemctl", "restart", UNIT)
        elif how in ("all", "main"):
            # Until systemd has seen the death, the unit is active, and it is the old one.
            before = m.property(UNIT, "InvocationID")
            if how == "all":
                m.run("systemctl", "kill", "--signal=KILL", UNIT)
            else:
                m.kill("KILL", m.main_pid(UNIT))
            eventually(lambda: m.property(UNIT, "InvocationID") not in ("", before)
                       and m.property(UNIT, "ActiveState") == "active", "it is back")
        else:
            for pid in m.children(UNIT, how):
                m.kill("KILL", pid)
