# SPDX-License-Identifier: Apache-2.0
"""What a workload does with N consumers, and which N to choose: pure functions of what was measured."""

import dataclasses
import statistics

ENOUGH = 0.95  # of the most that any N did: more consumers than for that are hardly worth their memory
ALL = 0.9  # of the processors in use: all of them, as far as can be measured
SIDE = 0.5  # of its time that a side waits before it is said to wait


@dataclasses.dataclass(frozen=True)
class Point:
    """Medians of all rounds with so many consumers. Latencies in milliseconds, from being acquired until durable."""

    consumers: int
    rate: float
    p50: float
    p99: float
    processors: float  # in use, of all processes together
    busy: float  # share of the consumers' time
    storing: float
    held_back: float  # share of its time that the producer waited for room


def point(consumers, answers):
    def median(field):
        return statistics.median(answer[field] for answer in answers)

    return Point(consumers, median("rate"), median("durable_p50_ms"), median("durable_p99_ms"), median("processors"),
                 median("busy"), median("storing"), median("held_back"))


def knee(points):
    """The fewest consumers that do ENOUGH."""
    most = max(one.rate for one in points)
    return min((one for one in points if one.rate >= ENOUGH * most), key=lambda one: one.consumers)


def reason(points, chosen, processors):
    """Why more consumers than the chosen ones do no more."""
    if chosen.storing > SIDE:
        return f"from there on the ledger is what is waited for: {chosen.storing:.0%} of the consumers' time"
    if chosen.held_back < 0.05 and chosen.busy < ALL:
        return f"the source gives no more: the producer waited {chosen.held_back:.0%} of its time for consumers"
    if chosen.processors >= ALL * processors:
        return f"from there on all {processors} processors are busy"
    if chosen.consumers == max(one.consumers for one in points):
        return "and it may go on with more: measure with more of them"
    return f"more of them do hardly more, with {chosen.processors:.1f} of {processors} processors in use"


def note(points):
    """What the latencies mean, if that is not what one would think."""
    if min(one.held_back for one in points) > 0.05:
        return "The source always has more: the latencies are times in a full ring. --rate N/s, as the real source has, " \
               "shows those of invoices."
    return ""


def advice(points, processors):
    chosen = knee(points)
    top = max(points, key=lambda one: one.rate)
    share = "the most of all" if chosen is top else \
        f"{chosen.rate / top.rate:.0%} of the most, {top.rate:,.0f}/s with {top.consumers}"
    return f"Choose --consumers {chosen.consumers}: {chosen.rate:,.0f}/s are {share}; " \
           f"{reason(points, chosen, processors)}."
