# SPDX-License-Identifier: Apache-2.0
"""The service at work: what systemd is told and does, what people do with it, and what is done to it."""
import time

from installed import NAME, STATE, UNIT, Installed, ServiceTest, numbers, sample_invoices
from machine import eventually


class Service(ServiceTest):
    def test_the_state_is_shown(self):
        with Installed(config="consumers = 1\nprocess = simulate:20ms\n") as installed:
            installed.hand_over(numbers(300))
            eventually(lambda: installed.status().startswith(("4", "3", "2", "1")) and "in flight" in installed.status(),
                       "a rate is shown")
            eventually(lambda: "0 in flight; 300 booked, 0 rejected, 0 failed, 0 waiting, 0 duplicates" in installed.status(),
                       "300 are booked")
            eventually(lambda: installed.status().startswith("0/s"), "it is idle")

    def test_a_stop_takes_what_the_drain_needs_and_no_more(self):
        # 12 seconds of work, in a unit that would be killed after two.
        with Installed(config="consumers = 1\nprocess = simulate:20ms\n",
                       dropin="[Service]\nTimeoutStopSec=2\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(600))
            eventually(lambda: "in flight" in installed.status() and not installed.status().startswith("0/s"), "it works")
            left = 600 - installed.rows()
            began = time.monotonic()
            self.stop(installed)
            took = time.monotonic() - began
            self.check_all_there(installed, 600)
            self.assertEqual(installed.segments(), [])
            self.assertGreater(took, 2.5)
            self.assertLess(took, left * 0.020 * 1.5 + 3)
            begun = m.journal("INVOICE_PIPELINE_EVENT=drain-begun")[-1]
            self.assertEqual(begun["INVOICE_PIPELINE_CAUSE"], "SIGTERM")
            self.assertEqual(m.journal("INVOICE_PIPELINE_EVENT=drained")[-1]["INVOICE_PIPELINE_BOOKED"], "600")

    def test_memory_is_limited_by_the_configuration_alone(self):
        with Installed(config="consumers = 1\nmemory-limit = 512MiB\n") as installed:
            m = installed.machine
            installed.hand_over(sample_invoices()[:20])
            eventually(lambda: installed.rows() == 20, "20 invoices are in the ledger")
            consumer = m.children(UNIT, "consumer")[0]
            limits = m.run("cat", f"/proc/{consumer}/limits")
            self.assertRegex(limits, r"Max address space +\d+ +unlimited")
            self.stop(installed)

    def test_a_stop_that_the_configuration_cuts_short_leaves_the_rest_to_the_next_start(self):
        with Installed(config="consumers = 1\nprocess = simulate:20ms\ndrain-timeout = 1s\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(600))
            eventually(lambda: installed.rows() > 10, "it works")
            m.run("systemctl", "stop", UNIT)
            self.assertEqual(m.property(UNIT, "ExecMainStatus"), "75")
            self.assertEqual(len(installed.segments()), 2)
            installed.configure("consumers = 4\nprocess = none\n")
            m.run("systemctl", "start", UNIT)
            eventually(lambda: installed.rows() == 600, "the next start has finished it")
            self.stop(installed)
            self.check_all_there(installed, 600)

    def test_killed_processes_are_replaced_and_named_in_the_journal(self):
        with Installed(config="consumers = 2\nprocess = simulate:50ms\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(200))
            eventually(lambda: installed.rows() > 10, "it works")
            entry = {}
            while "INVOICE_PIPELINE_INVOICE" not in entry:  # one may die between two invoices
                consumer = eventually(lambda: m.children(UNIT, "consumer"), "consumers run")[0]
                m.kill("KILL", consumer)
                entry = eventually(lambda: m.journal("INVOICE_PIPELINE_EVENT=child-died",
                                                     f"INVOICE_PIPELINE_CHILD_PID={consumer}"),
                                   "its death is in the journal")[0]
            self.assertEqual(entry["INVOICE_PIPELINE_CAUSE"], "killed by signal 9 (SIGKILL)")
            self.assertEqual(entry["INVOICE_PIPELINE_NAME"], NAME)
            self.assertRegex(entry["INVOICE_PIPELINE_INVOICE"], r"^\d{6}$")
            self.assertIn(entry["INVOICE_PIPELINE_ATTEMPT"], "123")
            self.assertEqual(m.property(UNIT, "NRestarts"), "0")
            main = m.main_pid(UNIT)
            m.kill("KILL", main)
            eventually(lambda: m.property(UNIT, "NRestarts") == "1" and m.property(UNIT, "ActiveState") == "active",
                       "the service is back")
            eventually(lambda: installed.rows() == 200, "all is booked")
            self.stop(installed)
            self.check_all_there(installed, 200)
            self.assertEqual(installed.segments(), [])

    def test_a_supervisor_that_hangs_is_replaced_by_the_watchdog(self):
        with Installed(config="consumers = 2\nprocess = simulate:5ms\n",
                       dropin="[Service]\nWatchdogSec=2\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(600))
            eventually(lambda: installed.rows() > 10, "it works")
            m.kill("STOP", m.main_pid(UNIT))
            eventually(lambda: m.property(UNIT, "NRestarts") == "1" and m.property(UNIT, "ActiveState") == "active",
                       "the watchdog has replaced it")
            eventually(lambda: installed.rows() == 600, "all is booked")
            self.assertEqual(m.property(UNIT, "NRestarts"), "1")
            self.stop(installed)
            self.check_all_there(installed, 600)

    def test_a_wrong_configuration_fails_at_once_and_is_named(self):
        with Installed() as installed:
            m = installed.machine
            installed.configure("consumers = many\n")
            self.assertNotEqual(m.status_of("systemctl", "restart", UNIT), 0)
            self.assertEqual(m.property(UNIT, "ActiveState"), "failed")
            self.assertEqual(m.property(UNIT, "ExecMainStatus"), "78")
            self.assertEqual(m.property(UNIT, "NRestarts"), "0")
            said = m.run("journalctl", "-u", UNIT, "-o", "cat", "--no-pager")
            self.assertIn("consumers 'many': a whole number", said)
            # It can be mended without resetting anything.
            installed.configure("consumers = 2\n")
            m.run("systemctl", "restart", UNIT)
            self.stop(installed)

    def test_what_fails_again_and_again_is_given_up(self):
        with Installed(dropin="[Service]\nRestartSec=100ms\n") as installed:
            m = installed.machine
            installed.configure("consumers = 2\nsource = spool:/srv/not-there\n")  # it may come back: 66
            m.status_of("systemctl", "restart", UNIT)
            eventually(lambda: m.property(UNIT, "ActiveState") == "failed", "it is given up")
            self.assertEqual(m.property(UNIT, "ExecMainStatus"), "66")
            self.assertIn(int(m.property(UNIT, "NRestarts")), range(1, 7))

    def test_a_signal_to_all_of_it_drains(self):
        with Installed(config="consumers = 2\nprocess = simulate:5ms\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(500))
            eventually(lambda: installed.rows() > 10, "it works")
            m.run("systemctl", "kill", UNIT)
            eventually(lambda: m.property(UNIT, "ActiveState") == "inactive", "it has ended")
            self.assertEqual(m.property(UNIT, "Result"), "success")
            self.assertEqual(installed.segments(), [])
            m.run("systemctl", "start", UNIT)
            eventually(lambda: installed.rows() == 500, "all is booked")
            self.stop(installed)
            self.check_all_there(installed, 500)

    def test_two_instances_do_not_meet(self):
        with Installed(config="consumers = 1\nprocess = none\n") as installed:
            m = installed.machine
            states = [f"{STATE}-{name}" for name in ("one", "two")]
            for name in ("one", "two"):
                installed.configure("consumers = 2\nprocess = simulate:1ms\n", name)
                m.run("systemctl", "start", f"invoice-pipeline@{name}")
            self.assertEqual(m.run("stat", "-c", "%a %U %G", f"{states[0]}/spool"),
                             "3770 invoice-pipeline invoice-pipeline\n")
            for state in [STATE, *states]:
                installed.hand_over(numbers(200), state=state)
            m.kill("KILL", m.main_pid("invoice-pipeline@one"))
            for state in [STATE, *states]:
                eventually(lambda state=state: installed.rows(state) == 200, f"{state} has 200")
            for name, state in zip(("one", "two"), states):
                self.stop(installed, f"invoice-pipeline@{name}")
                self.check_all_there(installed, 200, state, f"{NAME}-{name}")
            self.stop(installed)
            self.check_all_there(installed, 200)
            self.assertEqual(installed.segments(), [])

    def test_a_member_of_the_group_hands_over_and_reads_but_does_not_write_the_ledger(self):
        with Installed(config="consumers = 1\nprocess = ubl\n") as installed:
            m = installed.machine
            m.run("useradd", "--groups", NAME, "clerk")
            name, text = sample_invoices()[0]
            (m.root / "srv" / name).write_bytes(text)
            as_clerk = ["setpriv", "--reuid=clerk", "--regid=clerk", "--init-groups"]
            m.run(*as_clerk, "install", "-m", "0640", f"/srv/{name}", f"{STATE}/spool/.{name}")
            m.run(*as_clerk, "mv", f"{STATE}/spool/.{name}", f"{STATE}/spool/{name}")
            eventually(lambda: installed.rows() == 1, "it is in the ledger")
            self.assertNotEqual(installed.ask_ledger("SELECT status FROM invoices"), "failed")
            self.assertIn("1", m.run(*as_clerk, "sqlite3", "-readonly", f"{STATE}/invoices.db", "SELECT count(*) FROM invoices"))
            self.assertNotEqual(m.status_of(*as_clerk, "sqlite3", f"{STATE}/invoices.db", "DELETE FROM invoices"), 0)

    def test_a_reload_replaces_the_consumers_while_all_goes_on(self):
        with Installed(config="consumers = 3\nprocess = simulate:5ms\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(1000))
            eventually(lambda: installed.rows() > 10, "it works")
            main, before = m.main_pid(UNIT), set(m.children(UNIT, "consumer"))
            m.run("systemctl", "reload", UNIT)
            eventually(lambda: len(m.children(UNIT, "consumer")) == 3 and not before & set(m.children(UNIT, "consumer")),
                       "all consumers are fresh ones")
            eventually(lambda: m.property(UNIT, "ActiveState") == "active", "the reload is over")
            self.assertEqual(m.main_pid(UNIT), main)
            self.assertEqual(m.journal("INVOICE_PIPELINE_EVENT=child-died"), [])
            eventually(lambda: installed.rows() == 1000, "all is booked")
            self.stop(installed)
            self.check_all_there(installed, 1000)

    def test_the_observer_is_started_by_the_first_question(self):
        with Installed(config="consumers = 2\nprocess = none\n") as installed:
            m = installed.machine
            self.assertEqual(m.property("invoice-pipeline-observer.socket", "ActiveState"), "inactive")  # unasked
            m.run("systemctl", "enable", "--now", "invoice-pipeline-observer.socket")
            self.assertEqual(m.property("invoice-pipeline-observer.service", "ActiveState"), "inactive")
            installed.hand_over(numbers(100))
            eventually(lambda: installed.rows() == 100, "100 are booked")
            self.assertRegex(m.fetch("http://127.0.0.1:9464/metrics"),
                             r'(?m)^invoice_pipeline_stored_invoices_total\{.*status="booked".*\} 100$')
            self.assertIn("<html", m.fetch("http://127.0.0.1:9464/"))
            self.assertEqual(m.property("invoice-pipeline-observer.service", "ActiveState"), "active")
            eventually(lambda: m.fetch("http://127.0.0.1:9464/healthz"), "it is healthy")

    def test_an_instance_has_an_observer_at_an_address_of_its_own(self):
        with Installed() as installed:
            m = installed.machine
            installed.configure("consumers = 1\nprocess = none\n", "one")
            m.write("/etc/systemd/system/invoice-pipeline-observer@one.socket.d/address.conf",
                    "[Socket]\nListenStream=127.0.0.1:9465\n")
            m.run("systemctl", "daemon-reload")
            m.run("systemctl", "start", "invoice-pipeline@one")
            m.run("systemctl", "enable", "--now", "invoice-pipeline-observer@one.socket", "invoice-pipeline-observer.socket")
            installed.hand_over(numbers(10), state=f"{STATE}-one")
            eventually(lambda: installed.rows(f"{STATE}-one") == 10, "10 are booked")
            for port, name, count in ((9464, NAME, 0), (9465, f"{NAME}-one", 10)):
                self.assertRegex(m.fetch(f"http://127.0.0.1:{port}/metrics"), rf'(?m)^invoice_pipeline_stored_invoices_total\{{'
                                 rf'pipeline="{name}",status="booked"\}} {count}$')

    def test_a_power_off_under_load_drains_and_the_next_boot_goes_on(self):
        with Installed(config="consumers = 2\nprocess = simulate:5ms\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(1500))
            eventually(lambda: installed.rows() > 10, "it works")
            m.power_off()
            m.boot()
            self.assertEqual(m.property(UNIT, "ActiveState"), "active")
            eventually(lambda: installed.rows() == 1500, "all is booked")
            self.stop(installed)
            self.check_all_there(installed, 1500)

    def test_a_power_cut_under_load_loses_nothing(self):
        with Installed(config="consumers = 2\nprocess = simulate:2ms\n") as installed:
            m = installed.machine
            installed.hand_over(numbers(1500))
            eventually(lambda: installed.rows() > 10, "it works")
            m.cut_power()
            self.assertLess(installed.rows_when_off(), 1500)
            m.boot()
            eventually(lambda: installed.rows() == 1500, "all is booked")
            self.stop(installed)
            self.check_all_there(installed, 1500)
