# SPDX-License-Identifier: Apache-2.0
"""What must be reached, as ratios of one round, and what is aimed at. `why` is what is known about a figure that is
missed; it is shown only then."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Target:
    text: str
    ours: str
    peer: str
    least: tuple  # for N = 1, 2, 4 or for the one N that counts
    aim: tuple
    consumers: tuple = (1, 2, 4)
    why: str = ""


THROUGHPUT = [
    Target("whole pipeline / Go channel + mutex + map", "pipeline", "gomap-1", (30, 30, 30), (60, 60, 60)),
    Target("whole pipeline / Boost message_queue one by one + storage", "pipeline", "booststore-1",
           (12, 12, 12), (25, 25, 25)),
    Target("ring, batch 64 / Boost message_queue one by one", "ring-64", "boost-1", (15, 25, 25), (25, 50, 50)),
    Target("ring, batch 64 / Boost message_queue, 64 packed", "ring-64", "boost-64", (1.5, 2.5, 3.5), (2, 4, 5)),
    Target("ring, batch 64 / Go channel one by one", "ring-64", "go-1", (8, 8, 8), (15, 15, 15)),
    Target("ring, batch 64 / Go channel, slices of 64", "ring-64", "go-64", (3, 3, 3), (5, 5, 5)),
    Target("ring, batch 64 / pipe, writes of 4 KiB", "ring-64", "pipe-64", (1.5, 1.5, 1.5), (2, 2, 2)),
    Target("ring, batch 64 / lock-free bound, batch 64", "ring-64", "lockfree-64", (0.6, 0.6, 0.6),
           (0.85, 0.85, 0.85)),
    Target("ring, batch 1 / Go channel one by one", "ring-1", "go-1", (0.9, 0.9, 0.9), (1.5, 1.5, 1.5)),
]


@dataclasses.dataclass(frozen=True)
class Row:
    """A target and what was measured. `value` is None where the peer was not there."""

    text: str
    value: object  # figures.Figure
    least: float
    aim: float
    at_most: bool = False
    unit: str = "x"
    why: str = ""

    @property
    def reached(self):
        if self.value is None:
            return "not measured"
        good, best = (
            (self.value.median <= self.least, self.value.median <= self.aim)
            if self.at_most
            else (self.value.median >= self.least, self.value.median >= self.aim)
        )
        return "aim" if best else "yes" if good else "**missed**"


def rows(throughput, ledger, wake_ups, rest, operations, whys):
    """All rows of the table; `whys` has the reasons by text and consumers."""
    from .figures import figure

    def because(text, consumers=None):
        return whys.get((text, consumers)) or whys.get((text, None)) or whys.get((None, None), "")

    for target in THROUGHPUT:
        for consumers, least, aim in zip(target.consumers, target.least, target.aim):
            yield Row(f"{target.text}, N = {consumers}", throughput.ratio(target.ours, target.peer, consumers),
                      least, aim, why=because(target.text, consumers))
    text = "ledger sqlite / bare SQLite writer, same schema, digests and batch"
    for consumers in (1, 2, 4):
        yield Row(f"{text}, N = {consumers}",
                  ledger.ratio("ledger", "bare", consumers), 0.85, 0.95,
                  why=because(text, consumers))
    text = "wake-up from idle, p50 / Boost message_queue"
    yield Row(text, wake_ups.ratio("ring-1", "boost-1", 1, "p50_us"), 0.7, 0.5, at_most=True, why=because(text))
    text = "idle: processor time of the whole pipeline, 4 consumers"
    yield Row(text, rest.figure("idle", 4, "all_ms_per_s"), 0.1, 0, at_most=True, unit=" ms/s", why=because(text))
    text = "invoice processor / parsing the same file with expat alone"
    pairs = zip(operations["expat_alone"], operations["invoice_processor"])
    yield Row(text, figure([alone / ours for alone, ours in pairs]), 0.5, 0.8, why=because(text))
    text = "one consumer more when the ring is the bottleneck: N = 4 / N = 2, ring, batch 64"
    yield Row(text, throughput.ratio("ring-64", "ring-64", 4, peer_consumers=2), 0.8, 1.0, why=because(text))
    text = "recovery: SIGKILL of a busy consumer until its successor works, p99"
    yield Row(text, rest.figure("recovery", 2, "recovery_p99_us"), 20_000, 10_000, at_most=True, unit=" us",
              why=because(text))
