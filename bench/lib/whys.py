# SPDX-License-Identifier: Apache-2.0
"""Why a figure is what it is, where it has been missed: by the target's text, and the number of consumers or None for
all. Shown in docs/performance.md only beside a figure that is missed in the run that is told."""

BOOST_STORE = "whole pipeline / Boost message_queue one by one + storage"
BOOST_ONE = "ring, batch 64 / Boost message_queue one by one"
BOOST_PACKED = "ring, batch 64 / Boost message_queue, 64 packed"
GO_ONE = "ring, batch 1 / Go channel one by one"
LEDGER = "ledger sqlite / bare SQLite writer, same schema and batch"

WHYS = {
    (BOOST_STORE, 1): "One consumer claims, processes, saves and flushes in turn, about 13 ns an invoice; nobody shares "
                      "that work with it.",
    (BOOST_STORE, None): "With more processes than processors their turns decide: Boost's queue runs dry less often when "
                         "the machine lets producer and consumer run one after the other.",
    (BOOST_ONE, None): "Boost's queue one by one is fastest where the producer and the consumer take turns on one "
                       "processor and never meet at its lock.",
    (BOOST_PACKED, None): "A packed message is one copy of 3.5 KB into the queue and one out of it; the ring copies item by "
                          "item into slots of 128 bytes and from there into a hand, so that a kill loses none of them.",
    (GO_ONE, None): "One item takes two robust locks and a cache line from processor to processor; goroutines of one "
                    "process hand it over without either.",
    (LEDGER, 1): "The one consumer processes and flushes in turn; the bare writer does nothing else than write.",
    (LEDGER, None): "The writer shares two processors with a producer and other consumers; the bare one has them alone.",
    ("wake-up from idle, p50 / Boost message_queue", None):
        "Both wake with one futex call; what is left is the kernel's way to a sleeping process, and other work on the "
        "machine makes that longer for both.",
    ("idle: processor time of the whole pipeline, 4 consumers", None):
        "Six processes end a bounded wait each half second, which is what lets them outlive a lost wake-up and notice a "
        "dead supervisor: about 13 wake-ups a second, of 25 to 35 us each on a virtual machine, nearly all in the kernel.",
    ("recovery: SIGKILL of a busy consumer until its successor works, p99", None):
        "fork, exec, dynamic linking and attaching of a new process are most of it, and wait for a processor like any other.",
}
