# SPDX-License-Identifier: Apache-2.0
"""Figures of several rounds, and ratios that are paired: those of one round are divided, never those of two."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Figure:
    median: float
    least: float
    most: float
    rounds: int


def figure(values):
    return Figure(statistics.median(values), min(values), max(values), len(values))


class Results:
    """answers[(key, consumers)][round] is what a program said."""

    def __init__(self):
        self.answers = {}

    def add(self, key, consumers, answer):
        self.answers.setdefault((key, consumers), []).append(answer)

    def has(self, key, consumers):
        return (key, consumers) in self.answers

    def values(self, key, consumers, field="rate"):
        return [answer[field] for answer in self.answers[key, consumers]]

    def figure(self, key, consumers, field="rate"):
        values = [value for value in self.values(key, consumers, field) if value is not None]
        return figure(values) if values else None

    def ratio(self, ours, peer, consumers, field="rate", peer_consumers=None):
        """Ours by theirs, of each round; none if one of the two was not measured, or nothing arrived in a short look."""
        other = consumers if peer_consumers is None else peer_consumers
        if not self.has(ours, consumers) or not self.has(peer, other):
            return None
        pairs = zip(self.values(ours, consumers, field), self.values(peer, other, field))
        ratios = [one / two for one, two in pairs if two]
        return figure(ratios) if ratios else None


def number(value):
    """Three digits that count, in words that fit in a table: 74.2 M, 627 k, 0.72."""
    for limit, unit in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= limit:
            return f"{three_digits(value / limit)}{unit}"
    return three_digits(value)


def three_digits(value):
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.4f}"


def spread(one, form=number):
    """Median and, in brackets, least and most."""
    return f"{form(one.median)} ({form(one.least)} – {form(one.most)})" if one else "–"
