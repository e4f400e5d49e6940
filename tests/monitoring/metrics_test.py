#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts and dashboard ask for metrics that the observer exports and docs/observer.md lists.

    metrics_test.py BUILD-TREE SOURCE-TREE
"""
import json
import pathlib
import re
import sys
import unittest

from pipeline import Pipeline, eventually

SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
RULES = (SOURCE / "monitoring" / "invoice-pipeline.rules.yml").read_text(encoding="utf-8")
DASHBOARD = (SOURCE / "monitoring" / "grafana.json").read_text(encoding="utf-8")
PAGE = (SOURCE / "docs" / "observer.md").read_text(encoding="utf-8")
NAME = re.compile(r"\binvoice_pipeline_(\w+)")
LABELS = re.compile(r'\binvoice_pipeline_(\w+)\{((?:[^}"]|"[^"]*")*)\}')
SELECTOR = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


def section(title):
    return PAGE[PAGE.index(f"\n## {title}\n"):].split("\n## ", 2)[1]


def expressions(value):
    """Each expression of the dashboard, however deep it lies."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key in ("expr", "definition"):
                yield member
            else:
                yield from expressions(member)
    elif isinstance(value, list):
        for member in value:
            yield from expressions(member)


class Monitoring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Pipeline(BUILD) as pipeline:
            pipeline.start("--source", pipeline.ids(50), "--process", "none")

            def all_stored():
                metrics = pipeline.metrics()
                return metrics if metrics and metrics.value("stored_invoices_total", 'status="booked"') == 50 else None

            cls.metrics = eventually(all_stored, "50 invoices are booked")
        cls.exported = {name.removeprefix("invoice_pipeline_") for name in cls.metrics.types}
        for name, kind in cls.metrics.types.items():
            if kind == "histogram":
                cls.exported |= {name.removeprefix("invoice_pipeline_") + end for end in ("_bucket", "_sum", "_count")}
        # {metric: {label: its values}}
        cls.labels = {}
        for series in cls.metrics.samples:
            name, labels = series[:-1].split("{", 1)
            for label, _, value in SELECTOR.findall(labels):
                cls.labels.setdefault(name.removeprefix("invoice_pipeline_"), {}).setdefault(label, set()).add(value)
        cls.texts = {"rules": RULES, "dashboard": "\n".join(expressions(json.loads(DASHBOARD)))}

    def test_each_metric_that_is_asked_for_is_exported_and_documented(self):
        documented = set(re.findall(r"`(\w+)`", "\n".join(
            line.split("|")[1] for line in section("Metrics").splitlines() if line.startswith("| `"))))
        for where, text in self.texts.items():
            asked = set(NAME.findall(text))
            self.assertGreater(len(asked), 8, where)
            for name in sorted(asked):
                with self.subTest(f"{where}: {name}"):
                    self.assertIn(name, self.exported)
                    self.assertIn(re.sub("_(bucket|sum|count)$", "", name), documented)

    def test_each_label_that_is_selected_by_is_exported_with_that_value(self):
        # The scrape gives `instance`, and a dashboard's variable any value.
        for where, text in self.texts.items():
            for name, selectors in LABELS.findall(text):
                for label, operator, value in SELECTOR.findall(selectors):
                    if label == "instance":
                        continue
                    with self.subTest(f"{where}: {name} {label}={value}"):
                        self.assertIn(label, self.labels[name])
                        if "$" not in value:
                            wanted = value.split("|") if operator in ("=~", "!~") else [value]
                            self.assertLessEqual(set(wanted), self.labels[name][label])

    def test_the_dashboard_shows_every_metric(self):
        shown = {re.sub("_(bucket|sum|count)$", "", name) for name in NAME.findall(self.texts["dashboard"])}
        every = {name.removeprefix("invoice_pipeline_") for name in self.metrics.types}
        self.assertEqual(every - shown, {"healthy"})  # health_state says more

    def test_each_state_of_health_has_an_alert(self):
        for state in sorted(self.labels["health_state"]["state"] - {"fine", "absent", "finished", "unknown"}):
            with self.subTest(state):
                own = [alert for alert in re.findall(r'expr: invoice_pipeline_health_state\{state=~?"([\w|]+)"\} == 1\n', RULES)
                       if state in alert.split("|")]
                self.assertEqual(len(own), 1)
                # The alert for all other states leaves it out.
                self.assertIn(state, re.search(r'state!~"([\w|]+)"', RULES)[1].split("|"))


class Files(unittest.TestCase):
    def test_the_page_has_a_row_for_each_alert(self):
        alerts = re.findall(r"^ +- alert: (\w+)$", RULES, re.M)
        self.assertEqual(len(alerts), len(set(alerts)))
        rows = re.findall(r"^\| `(InvoicePipeline\w+)` \|", section("Prometheus and Grafana"), re.M)
        self.assertEqual(rows, alerts)

    def test_what_an_alert_refers_to_is_there(self):
        references = re.findall(r"^ +runbook: (\S+)#(\S+)$", RULES, re.M)
        self.assertEqual(len(references), RULES.count("- alert:"))
        for page, anchor in references:
            with self.subTest(f"{page}#{anchor}"):
                headings = re.findall(r"^#+ (.*)$", (SOURCE / page).read_text(encoding="utf-8"), re.M)
                self.assertIn(anchor, [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings])

    def test_panels_have_ids_of_their_own_and_lie_beside_each_other(self):
        taken = {}
        panels = json.loads(DASHBOARD)["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        for panel in panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), taken, f"{panel['title']} lies over {taken.get((x, y))}")
                    taken[x, y] = panel["title"]


if __name__ == "__main__":
    unittest.main()
