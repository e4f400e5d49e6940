# SPDX-License-Identifier: Apache-2.0
"""Running everything, round by round. In every other round the order is turned round, so that whatever changes in
the machine while they run favours nobody."""

import dataclasses
import subprocess
import sys

from . import subjects
from .figures import Results
from .tools import ROOT

# Of the whole-run with a ledger: enough for about half a second.
LEDGER_ROWS = 300_000
LATENCY_RATES = (1_000, 10_000, 100_000)
LATENCY_INTERVALS = ("100ms", "5ms")


@dataclasses.dataclass(frozen=True)
class Plan:
    rounds: int = 5
    consumers: tuple = (1, 2, 4)
    milliseconds: int = 300
    rows: int = LEDGER_ROWS
    quick: bool = False
    only: tuple = ()

    def subjects(self):
        return [
            subject for subject in subjects.ALL
            if (subject.quick or not self.quick) and (not self.only or subject.key in self.only)
        ]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def split_by_presence(plan, tools):
    """(what can be measured here, {label: why not} of the rest)."""
    present, skipped = [], {}
    for subject in plan.subjects():
        why = subject.missing(tools)
        if why:
            skipped[subject.label] = why
        else:
            present.append(subject)
    return present, skipped


def measure_throughput(plan, tools, present):
    results = Results()
    for turn in range(plan.rounds):
        for consumers in plan.consumers:
            results.add("distance", 2, tools.probe("distance"))
            for subject in present if turn % 2 == 0 else reversed(present):
                progress(f"round {turn + 1}/{plan.rounds}, {consumers} consumers: {subject.label}")
                results.add(subject.key, consumers, tools.throughput(subject, consumers, plan.milliseconds))
    progress("")
    return results


def measure_wake_ups(plan, tools, present):
    """An invoice each millisecond: how long until it is received."""
    results = Results()
    woken = [subject for subject in present if subject.key in subjects.WAKE]
    for turn in range(plan.rounds):
        for subject in woken if turn % 2 == 0 else reversed(woken):
            progress(f"round {turn + 1}/{plan.rounds}, wake-up: {subject.label}")
            results.add(subject.key, 1, tools.peer(subject, 1, 2 * plan.milliseconds, "--pace-us", "1000"))
    progress("")
    return results


def measure_ledger(plan, tools):
    """Ours with a ledger, each time followed by the bare writer with as many rows a transaction as ours turned out to
    have: 32 rows an INSERT, as ours, and one."""
    results = Results()
    writer = tools.peer_path("sqlite_writer")
    for turn in range(plan.rounds):
        for consumers in plan.consumers:
            progress(f"round {turn + 1}/{plan.rounds}, ledger, {consumers} consumers")
            ours = tools.probe(
                "whole-run", "--consumers", consumers, "--source", f"sequence:{plan.rows}", "--once",
                "--process", "none", "--ledger", f"sqlite:{tools.ledger_file()}")
            results.add("ledger", consumers, ours)
            batch = max(1, round(ours["batch"]))
            for key, group in (("bare", 32), ("bare-plain", 1)):
                results.add(key, consumers, tools.answer([writer, tools.ledger_file(), plan.rows, batch, group]))
    tools.ledger_file()
    progress("")
    return results


def measure_latency(plan, tools):
    results = Results()
    for turn in range(plan.rounds):
        for rate in LATENCY_RATES[:1] if plan.quick else LATENCY_RATES:
            for interval in LATENCY_INTERVALS:
                progress(f"round {turn + 1}/{plan.rounds}, latency at {rate}/s")
                results.add(interval, rate, tools.probe(
                    "latency", "--consumers", 2, "--process", "none",
                    "--ledger", f"sqlite:{tools.ledger_file()}", "--flush-interval", interval,
                    milliseconds=4 * plan.milliseconds, count=rate))
    tools.ledger_file()
    progress("")
    return results


def measure_the_rest(plan, tools):
    """Idle cost, recovery, drain."""
    results = Results()
    for turn in range(plan.rounds):
        progress(f"round {turn + 1}/{plan.rounds}, idle, recovery, drain")
        results.add("idle", 4, tools.probe(
            "idle", "--consumers", 4, "--source", "sequence:1000", "--process", "none", "--ledger", "none",
            milliseconds=500 if plan.quick else 6000))  # a multiple of the longest sleep
        results.add("recovery", 2, tools.probe(
            "recovery", "--consumers", 2, "--source", "sequence", "--process", "simulate:5ms", "--ledger", "none",
            count=5 if plan.quick else 40))
        results.add("drain", 2, tools.probe(
            "drain", "--consumers", 2, "--source", "sequence", "--process", "none",
            "--ledger", f"sqlite:{tools.ledger_file()}"))
    tools.ledger_file()
    progress("")
    return results


def measure_operations(plan, tools):
    """{name: [seconds of each repetition]} of the micro benchmarks, interleaved by Google Benchmark itself."""
    invoices = tools.run_dir / "invoices"
    make = ROOT / "tools" / "make-invoices"
    subprocess.run([make, invoices, "--count", "200", "--seed", "1"], check=True, stdout=subprocess.DEVNULL)
    progress("operations one by one")
    answer = tools.answer(
        [tools.build / "bench" / "micro" / "micro", "--benchmark_format=json",
         f"--benchmark_repetitions={plan.rounds}", "--benchmark_enable_random_interleaving=true",
         f"--benchmark_min_time={0.001 if plan.quick else 0.1}"],
        INVOICES=str(invoices))
    progress("")
    operations = {}
    for run in answer["benchmarks"]:
        if run.get("error_occurred"):
            raise SystemExit(f"micro {run['name']}: {run['error_message']}")
        if run["run_type"] == "iteration":
            name = run["run_name"].removesuffix("/real_time")
            items = run["real_time"] if "items_per_second" not in run else 1e9 / run["items_per_second"]
            operations.setdefault(name, []).append(items)
    return operations
