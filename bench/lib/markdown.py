# SPDX-License-Identifier: Apache-2.0
"""docs/performance.md from what was measured."""

from . import subjects
from .figures import figure, number, spread, three_digits


def table(header, lines):
    head = "| " + " | ".join(header) + " |\n|" + "---|" * len(header) + "\n"
    return head + "".join("| " + " | ".join(line) + " |\n" for line in lines) + "\n"


def plain(one, unit=""):
    return spread(one, lambda value: three_digits(value)) + unit if one else "–"


def targets(rows):
    lines = [
        (row.text, plain(row.value, row.unit if row.value else ""),
         f"{'at most' if row.at_most else 'at least'} {row.least:g}", f"{row.aim:g}", row.reached)
        for row in rows
    ]
    text = table(("ours / peer", "median (least – most)", "must be", "aim", "reached"), lines)
    missed = [row for row in rows if row.reached == "**missed**"]
    if missed:
        text += "Missed:\n\n"
    for row in missed:
        away = row.value.median / row.least
        text += f"- {row.text}: {three_digits(row.value.median)}{row.unit} instead of {row.least:g} ({away:.0%}). {row.why}\n"
    return text + ("\n" if missed else "")


def throughput_table(plan, results, group):
    lines = []
    for subject in subjects.ALL:
        if subject.group != group or not results.has(subject.key, plan.consumers[0]):
            continue
        rates = [spread(results.figure(subject.key, consumers)) for consumers in plan.consumers]
        cost = results.figure(subject.key, plan.consumers[-1], "cpu_ns_per_item")
        label = f"**{subject.label}**" if subject.ours else subject.label
        lines.append((label, *rates, three_digits(cost.median)))
    header = ("items a second", *(f"N = {consumers}" for consumers in plan.consumers),
              f"processor ns an item, N = {plan.consumers[-1]}")
    return table(header, lines)


def pipeline_costs(plan, results):
    fields = (("rate", "items a second"), ("cpu_ns_per_item", "processor ns an item, all processes"),
              ("switches_per_1000", "context switches, 1,000 items"), ("futex_per_1000", "futex calls, 1,000 items"),
              ("memory_bytes", "memory, bytes, all processes"))
    lines = [
        (label, *(spread(results.figure("pipeline", consumers, field)) for consumers in plan.consumers))
        for field, label in fields
    ]
    return table(("sequence, none, ledger none", *(f"N = {consumers}" for consumers in plan.consumers)), lines)


def ledger_table(plan, results):
    lines = []
    for consumers in plan.consumers:
        for key, label in (("ledger", f"**our pipeline, {consumers} consumers**"),
                           ("bare", "bare writer, as many rows a transaction, 32 an INSERT"),
                           ("bare-plain", "bare writer, as many rows a transaction, one an INSERT")):
            lines.append((label, spread(results.figure(key, consumers)),
                          spread(results.figure(key, consumers, "batch")),
                          three_digits(results.figure(key, consumers, "cpu_ns_per_item").median)))
    return table((f"{plan.rows:,} rows", "rows a second", "rows a transaction", "processor ns a row"), lines)


def latency_table(results):
    lines = []
    for (interval, rate), answers in sorted(results.answers.items(), key=lambda one: (one[0][1], one[0][0])):
        for stage, label in (("saved", "in storage"), ("durable", "in the ledger")):
            cells = [
                spread(figure([answer[f"{stage}_{part}_us"] for answer in answers])) for part in ("p50", "p99", "p999")
            ]
            lines.append((f"{rate:,}/s", interval, label, *cells))
    return table(("rate", "--flush-interval", "acquired until", "p50, us", "p99, us", "p99.9, us"), lines)


def wake_up_table(results):
    lines = []
    for key in subjects.WAKE:
        if results.has(key, 1):
            cells = [spread(results.figure(key, 1, f"{part}_us")) for part in ("p50", "p99")]
            label = subjects.BY_KEY[key].label
            lines.append((f"**{label}**" if subjects.BY_KEY[key].ours else label, *cells))
    return table(("one invoice each millisecond", "p50, us", "p99, us"), lines)


def rest_table(results):
    idle, recovery, drain = (results.answers[key] for key in (("idle", 4), ("recovery", 2), ("drain", 2)))

    def of(answers, field, form=number):
        return spread(figure([answer[field] for answer in answers]), form)

    return table(
        ("what", "median (least – most)"),
        [
            ("idle, 4 consumers: processor time of producer and consumers, ms/s", of(idle, "children_ms_per_s")),
            ("idle: of the supervisor, ms/s", of(idle, "supervisor_ms_per_s")),
            ("idle: context switches of all processes, 1/s", of(idle, "wakeups_per_s")),
            ("recovery after SIGKILL of a busy consumer, p50, us", of(recovery, "recovery_p50_us")),
            ("recovery, p99, us", of(recovery, "recovery_p99_us")),
            ("drain: invoices in flight at SIGTERM, ring full, ledger sqlite", of(drain, "in_flight")),
            ("drain: until the supervisor has exited, ms", of(drain, "drain_ms")),
        ],
    )


def operations_table(operations):
    lines = [(f"`{name}`", spread(figure(values), three_digits)) for name, values in operations.items()]
    return table(("operation", "ns; of the ring's an item"), lines)


INTRODUCTION = """# Performance

What this page says was measured in one run of

    {command}

on a {machine}. Everybody did the same work: one producer, N consumers, items that carry an id and its source position,
each one checked by its receiver; nothing may be lost or doubled, or the run does not count. What each peer does, and
why that is its best sensible use, is said in its program in [bench/peer](../bench/peer). Rounds are interleaved and every
other one runs backwards. A cell is the median of {rounds} rounds, with least and most; a ratio is of two figures of one
round. **Rates depend on the machine and on what else it does: trust the ratios.**

{distance}{versions}

![Throughput against what else one might take](performance-peers.svg)

## Targets

"""

DISTANCE = """A cache line took {distance} ns from one processor to another meanwhile. Where that is three times as long, as it may
be on the same virtual machine an hour later, whatever goes through shared memory is slower, most of all what is fastest.

"""

EXPLANATIONS = {
    "transport": """## From a producer to N consumers

Ids of 36 bytes. Peers carry them in 56 bytes an item, our ring in the 64 that it copies of each. Threads of one process, as
in Go and moodycamel, need not copy anything from one address space to another, and die together: they are bounds, like the
lock-free ring, which no process may die in.

![Throughput against the number of consumers](performance-consumers.svg)

""",
    "pipeline": """## The whole pipeline, without a ledger

The real `supervisor` with `--source sequence --process none --ledger none`, in a window of its steady run; peers keep what
they receive in memory under a lock. Ids of 8 bytes, which is what `sequence` gives.

""",
    "ledger": """## With a ledger

From the first invoice in the ring to the last that is durable. The bare writer is one process that does nothing else than
inserting rows of the same schema with the same index, digests and settings, in transactions of as many rows as ours turned out to have.

""",
    "latency": """## Latency

Two consumers, an open loop (ids come to `lines:-` at a fixed rate, whatever the pipeline does), ledger `sqlite`. An invoice
is durable when its transaction is. A transaction begins when twice as much time has passed since the last one as that one took, 1 ms at
least and `--flush-interval` at most; or at once when 10,000 results wait.

![Latency at fixed rates](performance-latency.svg)

""",
    "wake": """## Wake-up from idle

""",
    "rest": """## Idle, recovery, drain

""",
    "operations": """## Operations one by one

By Google Benchmark, one thread, nothing contended; the UBL ones read and parse a sample invoice from a file.

""",
}


def page(run, bodies):
    """The whole page; `run` is bench/report's collection of everything, `bodies` the section about them."""
    distance = run.throughput.figure("distance", 2, "one_way_ns")
    skipped = "".join(f"- {label}: {why}\n" for label, why in run.skipped.items())
    return (
        INTRODUCTION.format(command=run.command, machine=run.machine, rounds=run.plan.rounds, versions=run.versions,
                            distance=DISTANCE.format(distance=spread(distance, three_digits)) if distance else "")
        + targets(run.rows)
        + EXPLANATIONS["transport"] + throughput_table(run.plan, run.throughput, "transport")
        + (f"Left out, because missing on that machine:\n\n{skipped}\n" if skipped else "")
        + bodies
        + EXPLANATIONS["pipeline"] + throughput_table(run.plan, run.throughput, "pipeline")
        + pipeline_costs(run.plan, run.throughput)
        + EXPLANATIONS["ledger"] + ledger_table(run.plan, run.ledger)
        + EXPLANATIONS["latency"] + latency_table(run.latency)
        + EXPLANATIONS["wake"] + wake_up_table(run.wake_ups)
        + EXPLANATIONS["rest"] + rest_table(run.rest)
        + EXPLANATIONS["operations"] + operations_table(run.operations)
    ).rstrip() + "\n"
