# SPDX-License-Identifier: Apache-2.0
"""Bodies from one producer to one consumer that reads every byte: what is measured, what must be reached, and the section
of docs/performance.md about it."""

import dataclasses
import re

from .figures import Results, spread
from .markdown import plain, table, targets
from .rounds import progress
from .targets import Row

SIZES = {1 << 10: "1 KiB", 1 << 14: "16 KiB", 1 << 20: "1 MiB"}
# As many as a source may well have at once; a push of them is one commit.
BATCHES = {1 << 10: 64, 1 << 14: 16, 1 << 20: 4}


@dataclasses.dataclass(frozen=True)
class Subject:
    key: str
    label: str
    program: str
    batched: bool = False
    needs: str = ""  # a Debian package
    ours: bool = False


ALL = [
    Subject("ring", "our ring, one by one", "body_ring", ours=True),
    Subject("ring-n", "our ring, batches of 64, 16 and 4", "body_ring", batched=True, ours=True),
    Subject("made", "our ring, one by one, each item made anew: one copy more", "body_ring_made", ours=True),
    Subject("pipe", "pipe", "body_pipe"),
    Subject("socket", "Unix socket, SOCK_SEQPACKET", "body_socket"),
    Subject("stream", "Unix socket, SOCK_STREAM", "body_socket_stream"),
    Subject("mq", "POSIX mq", "body_mq"),
    Subject("zeromq", "ZeroMQ ipc", "body_zeromq", needs="libzmq3-dev"),
    Subject("boost", "Boost message_queue", "body_boost"),
    Subject("go", "Go channel of byte slices (goroutines)", "go_bodies", needs="golang-go"),
    Subject("python", "Python multiprocessing.Queue", "python_queue.py"),
    Subject("bare", "bound: bare copy-and-read loop, 16 MiB of slots", "bare_loop"),
    Subject("narrow", "bare copy-and-read loop, 4 slots", "bare_loop_narrow"),
]
BY_KEY = {subject.key: subject for subject in ALL}
ONE_BY_ONE = ("pipe", "socket", "stream", "zeromq")

# Why a figure is what it is, by size; shown only if its target is missed.
WHYS = {
    1 << 10: "A busy machine gives the two processes turns on one processor: then each fills or empties 16 MiB and sleeps.",
    1 << 14: "As for 1 KiB; a pipe's two ends then share a cache.",
    1 << 20: "The least and the most tell how far the rounds are apart.",
}


def measure(tools, turns, milliseconds):
    """(results by key and size, {(label, size): why it was left out})."""
    results, left_out = Results(), {}
    for turn in range(turns):
        for size in SIZES:
            for subject in ALL if turn % 2 == 0 else reversed(ALL):
                if (subject.label, SIZES[size]) in left_out:
                    continue
                program = tools.body_path(subject.program)
                if not program.exists():
                    left_out[subject.label, SIZES[size]] = f"needs {subject.needs}"
                    continue
                progress(f"round {turn + 1}/{turns}, bodies of {SIZES[size]}: {subject.label}")
                answer = tools.answer([program, "--body-bytes", size, "--milliseconds", milliseconds,
                                       "--batch", BATCHES[size] if subject.batched else 1])
                if "left_out" in answer:
                    left_out[subject.label, SIZES[size]] = answer["left_out"]
                else:
                    results.add(subject.key, size, answer)
    progress("")
    return results, left_out


def rows(results):
    """The targets. The peer that counts is the one whose median is the best."""
    for size, least, aim in ((1 << 10, 2, 3), (1 << 14, 1, 1.5)):
        peers = [key for key in ONE_BY_ONE if results.has(key, size)]
        best = max(peers, key=lambda key: results.figure(key, size).median)
        yield Row(f"bodies of {SIZES[size]}, ring / the best of pipe, socket and ZeroMQ ({BY_KEY[best].label}), one by one",
                  results.ratio("ring", best, size), least, aim, why=WHYS[size])
    yield Row("bodies of 1 MiB, ring / bare copy-and-read loop, one by one", results.ratio("ring", "bare", 1 << 20),
              0.8, 1, why=WHYS[1 << 20])


def rates_table(results):
    lines = []
    for subject in ALL:
        if not any(results.has(subject.key, size) for size in SIZES):
            continue
        cells = []
        for size in SIZES:
            if results.has(subject.key, size):
                one = results.figure(subject.key, size)
                cells.append(f"{spread(one)}, {one.median * size / 1e9:.2f} GB/s")
            else:
                cells.append("–")
        lines.append((f"**{subject.label}**" if subject.ours else subject.label, *cells))
    return table(("bodies a second", *SIZES.values()), lines)


def ratios_table(results):
    """Our ring by each other, so that nobody has to compare figures of different rounds."""
    lines = [
        (subject.label, *(plain(results.ratio("ring", subject.key, size), "x") for size in SIZES))
        for subject in ALL if not subject.ours
    ]
    return table(("our ring, one by one / ...", *SIZES.values()), lines)


HEADING = "## Bodies\n"
EXPLANATION = """
Bodies from one producer process to one consumer process, which reads every byte and checks the sum of all words. An item of
ours carries an id of 36 bytes as well; the ring's byte area has its usual 16 MiB, and as much may wait in the peers' queues.
The producer has the body in its memory. The push copies it into the byte area, the consumer reads it there in place, then
says that it is saved, which frees its bytes. *Made anew*: `Item::set_id_and_body()` first copies each body from elsewhere
into the source's bytes. Time counts once all that memory has been used. The bare loop has no locks, no ids and no sleep, and
nobody may die in it; with 4 slots its bytes stay in the caches, which no queue in which 16 MiB may wait can have. What each
peer does is said in its program in [bench/body](../bench/body).{here}

"""


def section(results, left_out, here=""):
    text = HEADING + EXPLANATION.format(here=here)
    text += targets(list(rows(results))) + rates_table(results) + ratios_table(results)
    if left_out:
        text += "Left out:\n\n"
        text += "".join(f"- {label}, {size}: {why}\n" for (label, size), why in left_out.items()) + "\n"
    return text


def replace_section(page, new):
    """The page with its section about bodies replaced, or with one before the pipeline's if it has none."""
    old = re.search(rf"^{HEADING}.*?(?=^## )", page, re.DOTALL | re.MULTILINE)
    if old:
        return page[:old.start()] + new + page[old.end():]
    before = page.index("## The whole pipeline, without a ledger")
    return page[:before] + new + page[before:]


def summary(results):
    return "\n".join(f"{row.reached.strip('*'):12} {row.text}: {plain(row.value, 'x')}, {row.least:g} must be, "
                     f"{row.aim:g} is the aim" for row in rows(results))
