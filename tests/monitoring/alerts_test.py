#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The alerts and the dashboard, as Prometheus' own promtool sees them.

    alerts_test.py BUILD-TREE SOURCE-TREE

What the observer of a real pipeline exports, well and with a real fault, is given to promtool as if it stayed so for hours: then
the alert for that fault must fire, and no other. Without promtool the exit status is 77: skipped.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from pipeline import Pipeline, eventually

SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
MONITORING = SOURCE / "monitoring"
RULES = MONITORING / "invoice-pipeline.rules.yml"
PATIENCE_S = 300
# The room on this machine's disk is no part of the test.
ROOM = "invoice_pipeline_ledger_free_bytes{"


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=PATIENCE_S)
    return done.returncode, done.stdout


def as_series(metrics, minutes):
    """The scrape as promtool's input, one sample a minute."""
    labels = 'job="invoice-pipeline",instance="here"'
    series = [{"series": f"up{{{labels}}}", "values": f"1x{minutes}"}]
    for name, value in metrics.samples.items():
        value = 50e9 if name.startswith(ROOM) else value
        series.append({"series": f"{name[:-1]},{labels}}}", "values": f"{value:.17g}x{minutes}"})
    return series


def run_tests(tests, rules):
    """Runs promtool on these tests; YAML has JSON in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "tests.yml")
        file.write_text(json.dumps({"rule_files": rules, "evaluation_interval": "1m", "tests": tests}), encoding="utf-8")
        return promtool("test", "rules", str(file))


class Alerts(unittest.TestCase):
    maxDiff = None

    def assert_alerts(self, metrics, *alerts):
        """These alerts and no others fire if the pipeline stays as it is."""
        expected = [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in alerts]
        expression = 'count by (alertname) (ALERTS{alertstate="firing"})'
        status, said = run_tests([{"interval": "1m", "input_series": as_series(metrics, 180), "promql_expr_test": [
            {"expr": expression, "eval_time": "179m", "exp_samples": expected}]}], [str(RULES)])
        self.assertEqual(status, 0, said)

    def test_the_rules_are_valid(self):
        status, said = promtool("check", "rules", str(RULES))
        self.assertEqual(status, 0, said)

    def test_each_alert_fires_for_its_fault_after_its_time_and_clears(self):
        status, said = promtool("test", "rules", str(MONITORING / "invoice-pipeline.rules.test.yml"))
        self.assertEqual(status, 0, said)

    def test_real_faults_have_their_alerts_and_a_pipeline_that_is_well_has_none(self):
        with Pipeline(BUILD) as pipeline:
            source = pipeline.ids(100)
            pipeline.start("--source", source, "--process", "none")
            pipeline.observe()
            eventually(lambda: pipeline.scrape().value("stored_invoices_total", 'status="booked"') == 100, "all are booked")
            well = pipeline.until_healthy_as("fine")
            self.assert_alerts(well)
            self.check_dashboard(well)
            os.kill(pipeline.supervisor.pid, signal.SIGUSR1)
            self.assert_alerts(pipeline.until_healthy_as("paused"), "InvoicePipelinePaused")
            os.kill(pipeline.supervisor.pid, signal.SIGUSR2)
            pipeline.until_healthy_as("fine")
            # The supervisor might replace any other process that is stopped for long.
            os.kill(pipeline.supervisor.pid, signal.SIGSTOP)
            self.assert_alerts(pipeline.until_healthy_as("process_stopped"), "InvoicePipelineStopped")
            children = pipeline.children()
            for pid in children:
                os.kill(pid, signal.SIGSTOP)
            self.assert_alerts(pipeline.until_healthy_as("stopped"), "InvoicePipelineStopped")
            for pid in [*children, pipeline.supervisor.pid]:
                os.kill(pid, signal.SIGCONT)
            pipeline.until_healthy_as("fine")
            pipeline.kill_all()
            self.assert_alerts(pipeline.until_healthy_as("dead"), "InvoicePipelineDead")
            pipeline.start("--source", source, "--process", "none")
            self.assert_alerts(pipeline.until_healthy_as("fine"))
            pipeline.supervisor.terminate()
            self.assert_alerts(pipeline.until_healthy_as("finished"), "InvoicePipelineDown")
            self.assertEqual(pipeline.supervisor.wait(PATIENCE_S), 0)

    def test_a_pipeline_that_was_never_there_is_down(self):
        with Pipeline(BUILD) as pipeline:
            pipeline.observe()
            self.assert_alerts(pipeline.until_healthy_as("absent"), "InvoicePipelineDown")

    def test_a_source_that_is_held_has_its_alert(self):
        with Pipeline(BUILD) as pipeline:
            pipeline.start("--source", pipeline.ids(100), "--process", f"each:{self.program(pipeline, 127)}")
            pipeline.observe()
            self.assert_alerts(pipeline.until_healthy_as("source_held"), "InvoicePipelineSourceHeld")

    def test_nothing_but_failures_has_its_alert(self):
        with Pipeline(BUILD) as pipeline:
            pipeline.start("--source", pipeline.ids(40), "--process", f"each:{self.program(pipeline, 3)}",
                           "--max-attempts", "1", "--hold-after", "0")
            pipeline.observe()
            self.assert_alerts(pipeline.until_healthy_as("all_fail"), "InvoicePipelineAllFail")

    def test_a_spool_that_is_gone_has_its_alert(self):
        with Pipeline(BUILD) as pipeline:
            spool = pipeline.folder / "spool"
            spool.mkdir()
            pipeline.start("--source", f"spool:{spool}", "--process", "none")
            pipeline.observe()
            (pipeline.folder / "a.xml").write_text("an invoice", encoding="utf-8")
            (pipeline.folder / "a.xml").rename(spool / "a.xml")
            eventually(lambda: (spool / "booked" / "a.xml").exists(), "the producer has opened the spool")
            spool.rename(pipeline.folder / "elsewhere")
            self.assert_alerts(pipeline.until_healthy_as("source_gone"), "InvoicePipelineSourceLost")

    @staticmethod
    def program(pipeline, status):
        path = pipeline.folder / "program"
        path.write_text(f"#!/bin/sh\nexit {status}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def check_dashboard(self, metrics):
        """Each panel has something to show of a pipeline that is well."""
        pipeline = re.search(r'pipeline="([^"]*)"', next(iter(metrics.samples)))[1]
        known = {"$pipeline": pipeline, "$instance": "here", "$__rate_interval": "5m", "$__range": "1h"}
        tests = []
        for panel in json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", []):
                expression = re.sub(r"\$\w+", lambda name: known[name[0]], target["expr"])
                tests.append({"expr": f"count({expression}) > bool 0", "eval_time": "90m",
                              "exp_samples": [{"labels": "{}", "value": 1}]})
        self.assertGreater(len(tests), 40)
        status, said = run_tests([{"interval": "1m", "input_series": as_series(metrics, 120), "promql_expr_test": tests}], [])
        self.assertEqual(status, 0, said)


if __name__ == "__main__":
    if not shutil.which("promtool"):
        print("skipped: promtool is not here (on Debian it is in the package prometheus)")
        sys.exit(77)
    unittest.main()
