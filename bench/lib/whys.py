# SPDX-License-Identifier: Apache-2.0
"""Why a figure is what it is, where it has been missed: by the target's text, and the number of consumers or None for
all; (None, None) is for what has no reason of its own. Shown in docs/performance.md only beside a figure that is missed
in the run that is told."""

BOOST_STORE = "whole pipeline / Boost message_queue one by one + storage"
BOOST_ONE = "ring, batch 64 / Boost message_queue one by one"
BOOST_PACKED = "ring, batch 64 / Boost message_queue, 64 packed"
GO_ONE = "ring, batch 1 / Go channel one by one"
LEDGER = "ledger sqlite / bare SQLite writer, same schema, digests and batch"

WHYS = {
    (None, None): "The least and the most tell how far the rounds are apart: where the processors are far from each other (see "
                  "above), what shares memory between them loses most, and goroutines, which mostly take turns on one, least.",
    (BOOST_STORE, 1): "One consumer claims, processes, saves and flushes in turn, 13 to 16 ns an invoice, which is the bound.",
    (BOOST_STORE, None): "Probably the turns that more processes than processors take; not looked into.",
    (BOOST_ONE, None): "Boost's queue has two to three times its rate where producer and consumer take turns on one "
                       "processor and do not meet at its lock, which a busy machine makes them do.",
    (BOOST_PACKED, None): "A packed message is one copy of 3.5 KB into the queue and one out of it; the ring copies item by "
                          "item, into slots and from there into a hand, so that a kill loses none of them.",
    (GO_ONE, None): "One item takes two robust locks, three full barriers on each side, and cache lines from processor to "
                    "processor; goroutines of one process hand it over without either. The pipeline itself pushes and "
                    "claims in batches.",
    (LEDGER, 1): "The one consumer processes and flushes in turn; the bare writer does nothing else than write.",
    (LEDGER, None): "The writer shares two processors with a producer and other consumers; the bare one has them alone.",
    ("wake-up from idle, p50 / Boost message_queue", None):
        "Both wake with one futex call, and what remains is the kernel's way to another processor that has halted. It is "
        "half of that where both sides happen to sleep on one processor, as a pipe arranges by its synchronous wake-ups, for "
        "which futexes have no flag. Waiting without a timeout makes no difference.",
    ("idle: processor time of the whole pipeline, 4 consumers", None):
        "Each process looks around every three seconds, which is what lets it outlive a lost wake-up and notice the dead: "
        "two wake-ups a second for six processes, of 30 to 65 us each where it was measured.",
    ("recovery: SIGKILL of a busy consumer until its successor works, p99", None):
        "A new process is made, which waits for a processor like any other.",
}
