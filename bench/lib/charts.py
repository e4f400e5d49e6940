# SPDX-License-Identifier: Apache-2.0
"""Charts as SVG: text that a browser lays out, readable in light and dark, with logarithmic axes, since what is
compared differs by factors of thousands."""

import math
from xml.sax.saxutils import escape

from . import subjects
from .figures import number

STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600; font-size: 14px }
.soft { fill: #57606a } .grid { stroke: #d0d7de } .back { fill: #ffffff }
.ours { fill: #0969da; stroke: #0969da } .peer { fill: #8c959f; stroke: #8c959f } .bound { fill: #bf8700; stroke: #bf8700 }
.line { fill: none; stroke-width: 2 } .whisker { stroke: #24292f }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .soft { fill: #9198a1 } .grid { stroke: #3d444d } .back { fill: #0d1117 }
.ours { fill: #58a6ff; stroke: #58a6ff } .peer { fill: #9198a1; stroke: #9198a1 }
.bound { fill: #d29922; stroke: #d29922 } .whisker { stroke: #e6edf3 }
}
</style>"""
WIDTH = 860
LEFT = 300
RIGHT = 790


class Axis:
    """Logarithmic, from a power of ten to a power of ten."""

    def __init__(self, values, begin, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.begin, self.end = begin, end

    def at(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.begin + part * (self.end - self.begin)

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def text(x, y, words, anchor="start", style=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{style}">{escape(words)}</text>'


def line(x1, y1, x2, y2, style):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'


def document(height, title, parts):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">\n'
        f'{STYLE}\n<rect class="back" width="{WIDTH}" height="{height}"/>\n{text(16, 24, title, style="title")}\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def style_of(subject):
    return "ours" if subject.ours else "bound" if subject.label.startswith("bound") else "peer"


def bars(title, rows):
    """rows: (label, style, Figure), the longest first."""
    rows = sorted(rows, key=lambda row: -row[2].median)
    axis = Axis([row[2].least for row in rows] + [row[2].most for row in rows], LEFT, RIGHT)
    height = 66 + 22 * len(rows)
    parts = []
    for tick in axis.ticks():
        parts += [line(axis.at(tick), 40, axis.at(tick), height - 24, "grid"),
                  text(axis.at(tick), height - 8, number(tick), "middle", "soft")]
    for place, (label, style, one) in enumerate(rows):
        y = 44 + 22 * place
        parts += [
            text(LEFT - 8, y + 12, label, "end"),
            f'<rect class="{style}" x="{LEFT}" y="{y}" width="{max(1, axis.at(one.median) - LEFT):.1f}" height="15"/>',
            line(axis.at(one.least), y + 7.5, axis.at(one.most), y + 7.5, "whisker"),
            text(axis.at(one.most) + 6, y + 12, number(one.median), "start", "soft"),
        ]
    return document(height, title, parts)


def peers_chart(plan, results):
    consumers = plan.consumers[-1]
    rows = [
        (subject.label, style_of(subject), results.figure(subject.key, consumers))
        for subject in subjects.ALL if results.has(subject.key, consumers)
    ]
    return bars(f"Items a second, one producer, {consumers} consumers (logarithmic; black: least to most)", rows)


# Few enough to be told apart.
LINES = ("ring-64", "ring-1", "boost-64", "boost-1", "go-1", "go-64", "pipe-64", "lockfree-64", "moodycamel-64",
         "pipeline", "gomap-1")


def consumers_chart(plan, results):
    shown = [key for key in LINES if results.has(key, plan.consumers[0])]
    medians = {key: [results.figure(key, consumers).median for consumers in plan.consumers] for key in shown}
    height, bottom = 460, 420
    axis = Axis([value for values in medians.values() for value in values], bottom, 50)
    last = len(plan.consumers) - 1
    across = [80 + index * 400 / max(last, 1) for index in range(last + 1)]
    parts = []
    for tick in axis.ticks():
        parts += [line(80, axis.at(tick), 480, axis.at(tick), "grid"),
                  text(72, axis.at(tick) + 4, number(tick), "end", "soft")]
    for index, consumers in enumerate(plan.consumers):
        parts.append(text(across[index], bottom + 20, f"N = {consumers}", "middle", "soft"))
    free = math.inf  # labels from the bottom up, none over another
    for key in sorted(shown, key=lambda key: medians[key][-1]):
        subject = subjects.BY_KEY[key]
        points = " ".join(f"{x:.1f},{axis.at(value):.1f}" for x, value in zip(across, medians[key]))
        end = axis.at(medians[key][-1])
        free = min(free - 16, end)
        parts += [
            f'<polyline class="line {style_of(subject)}" style="fill:none" points="{points}"/>',
            line(across[-1], end, 500, free, "grid"),
            text(504, free + 4, f"{subject.label}: {number(medians[key][-1])}"),
        ]
    return document(height, "Items a second against the number of consumers (logarithmic)", parts)


def latency_chart(results):
    rows = []
    for (interval, rate), answers in sorted(results.answers.items(), key=lambda one: (one[0][1], one[0][0])):
        rows.append((f"{rate:,}/s, --flush-interval {interval}", answers))
    stages = [("saved", "in storage", "ours"), ("durable", "in the ledger", "bound")]
    values = [answer[f"{stage}_{part}_us"] for _, answers in rows for answer in answers
              for stage, _, _ in stages for part in ("p50", "p999")]
    axis = Axis([max(value, 1) for value in values], LEFT, RIGHT)
    height = 90 + 44 * len(rows)
    parts = []
    for tick in axis.ticks():
        parts += [line(axis.at(tick), 40, axis.at(tick), height - 44, "grid"),
                  text(axis.at(tick), height - 30, f"{number(tick)} us".replace("1.00 M us", "1 s")
                       .replace(".00 k us", " ms").replace(".0 k us", " ms").replace(" k us", " ms"), "middle", "soft")]
    for place, (label, answers) in enumerate(rows):
        y = 54 + 44 * place
        parts.append(text(LEFT - 8, y + 12, label, "end"))
        for offset, (stage, _, style) in zip((0, 16), stages):
            p50, p99, p999 = (
                axis.at(max(1, sorted(answer[f"{stage}_{part}_us"] for answer in answers)[len(answers) // 2]))
                for part in ("p50", "p99", "p999")
            )
            parts += [
                f'<rect class="{style}" x="{p50:.1f}" y="{y + offset}" width="{max(1, p999 - p50):.1f}" height="10" '
                'fill-opacity="0.35"/>',
                f'<circle class="{style}" cx="{p50:.1f}" cy="{y + offset + 5}" r="5"/>',
                line(p99, y + offset - 2, p99, y + offset + 12, "whisker"),
            ]
    parts.append(text(LEFT, height - 8, "blue: acquired until in storage; yellow: until in the ledger; "
                                        "dot p50, stroke p99, bar to p99.9", "start", "soft"))
    return document(height, "Latency at fixed rates (logarithmic)", parts)


def panel(points, chosen, top, label, series, unit=""):
    """Values against N, from 0, with the chosen N marked. series: (label, style, value of a point)."""
    left, right, bottom = 80, 560, top + 150
    most = max(max(value(one) for one in points) for _, _, value in series) or 1
    last = max(one.consumers for one in points)
    first = min(one.consumers for one in points)

    def across(consumers):
        return left + (consumers - first) * (right - left) / max(last - first, 1)

    def up(value):
        return bottom - value / most * 140

    parts = [text(16, top - 8, label, style="title")]
    for part in (0, 0.5, 1):
        parts += [line(left, up(part * most), right, up(part * most), "grid"),
                  text(left - 8, up(part * most) + 4, number(part * most) + unit, "end", "soft")]
    for one in points:
        parts.append(text(across(one.consumers), bottom + 16, str(one.consumers), "middle", "soft"))
    parts.append(line(across(chosen.consumers), top + 4, across(chosen.consumers), bottom, "whisker"))
    free = math.inf
    for name, style, value in sorted(series, key=lambda one: one[2](points[-1])):
        spots = " ".join(f"{across(one.consumers):.1f},{up(value(one)):.1f}" for one in points)
        parts.append(f'<polyline class="line {style}" style="fill:none" points="{spots}"/>')
        parts += [f'<circle class="{style}" cx="{across(one.consumers):.1f}" cy="{up(value(one)):.1f}" r="2.5"/>'
                  for one in points]
        free = min(free - 16, up(value(points[-1])))
        parts.append(text(right + 12, free + 4, name))
    return parts


def scaling_chart(workload, points, chosen, advice):
    """Throughput, latency and processors against the number of consumers."""
    parts = [text(16, 44, advice, style="soft")]
    parts += panel(points, chosen, 80, "Invoices a second", [("throughput", "ours", lambda one: one.rate)])
    parts += panel(points, chosen, 290, "From being acquired until durable, ms",
                   [("p99", "bound", lambda one: one.p99), ("p50", "ours", lambda one: one.p50)])
    parts += panel(points, chosen, 500, "Processors in use", [("processors", "peer", lambda one: one.processors)])
    parts.append(text(16, 690, "across: consumers; black: the number to choose", style="soft"))
    return document(704, f"Scaling of {workload}", parts)
